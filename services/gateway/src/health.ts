import type { Bus } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import type { RecordsClient, SchedulesClient } from '@syncline/proto'
import { checkHealth, type Health } from '@syncline/service'

/** Asks each server that the gateway depends on for next to nothing. */
export const gatewayHealth = (
  bus: Bus,
  records: RecordsClient,
  schedules: SchedulesClient,
): Promise<Health> =>
  checkHealth({
    nats: () => bus.connection.flush(),
    records: (signal) => answers(records.countRecords({ streams: [] }, { signal })),
    scheduler: (signal) => answers(schedules.listRuns({ limit: 1 }, { signal })),
  })

/** A server that refuses a call answers too. */
async function answers(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof AppError) || error.retry || error.code === 'server_error') throw error
  }
}
