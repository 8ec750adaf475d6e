import type { Bus } from '@syncline/bus'
import type { RecordsClient, SchedulesClient } from '@syncline/proto'
import { checkHealth, type Health } from '@syncline/service'

/** Calls each server with an empty list: it counts no streams, and lists no schedules. */
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
