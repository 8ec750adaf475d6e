import type { Bus } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import type { RecordsClient, SchedulesClient } from '@syncline/proto'
import type { Health } from '@syncline/service'

const TIMEOUT_MS = 2000

/** Asks each server for next to nothing. */
export async function checkHealth(
  bus: Bus,
  records: RecordsClient,
  schedules: SchedulesClient,
): Promise<Health> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const [nats, recordsState, scheduler] = await Promise.all([
    state(withinTime(bus.connection.flush(), signal)),
    state(records.countRecords({ streams: [] }, { signal })),
    state(schedules.listRuns({ limit: 1 }, { signal })),
  ])
  return { nats, records: recordsState, scheduler }
}

/** A refusal is an answer too. */
async function state(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'ok'
  } catch (error) {
    return error instanceof AppError && !error.retry && error.code !== 'server_error'
      ? 'ok'
      : String(error instanceof Error ? error.message : error)
  }
}

async function withinTime<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
  const late = Promise.withResolvers<never>()
  const onAbort = () => late.reject(new Error(`no answer within ${TIMEOUT_MS} ms`))
  signal.addEventListener('abort', onAbort)
  return Promise.race([call, late.promise]).finally(() => signal.removeEventListener('abort', onAbort))
}
