import type { Catalog } from '@syncline/catalog'
import type { RecordsClient, Schedule } from '@syncline/proto'

/** People wait for it. */
const DEADLINE_MS = 2000

type Counted = Pick<Schedule, 'providerConfigKey' | 'sync' | 'connectionUid' | 'variant'>

/** Live records by model, for each of the schedules: one call however many there are. */
export async function countRecords(
  catalog: Catalog,
  records: RecordsClient<{ deadline?: number }>,
  environment: string,
  schedules: Counted[],
): Promise<Record<string, number>[]> {
  // From the copy in memory: for each schedule of a sync that it lacks NATS would be asked.
  const streams = schedules.flatMap(
    ({ providerConfigKey, sync, connectionUid: connection, variant }, index) =>
      (catalog.syncs.peek(environment, providerConfigKey, sync)?.models ?? []).map((model) => ({
        index,
        stream: { environment, connection, model, variant },
      })),
  )
  const counts: Record<string, number>[] = schedules.map(() => ({}))
  if (streams.length === 0) return counts
  const request = { streams: streams.map(({ stream }) => stream) }
  const { sizes } = await records.countRecords(request, { deadline: DEADLINE_MS })
  for (const [position, { index, stream }] of streams.entries()) {
    const count = counts[index]
    if (count) count[stream.model] = sizes[position]?.live ?? 0
  }
  return counts
}
