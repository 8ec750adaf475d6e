import type { Bus } from '@syncline/bus'
import type { RecordsClient, SchedulesClient } from '@syncline/proto'
import { checkHealth, type Health } from '@syncline/service'

/** Asks each server for something that is empty: how many records no streams have, which schedules nobody has. */
export const gatewayHealth = (
  bus: Bus,
  records: RecordsClient,
  schedules: SchedulesClient,
): Promise<Health> =>
  checkHealth({
    nats: () => bus.connection.flush(),
    records: (signal) => records.countRecords({ streams: [] }, { signal }),
    scheduler: (signal) => schedules.listSchedules({ environment: '' }, { signal }),
  })
