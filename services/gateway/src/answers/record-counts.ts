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
  const streams = (
    await Promise.all(
      schedules.map(async ({ providerConfigKey, sync, connectionUid: connection, variant }, index) => {
        const deployed = await catalog.syncs.find(environment, providerConfigKey, sync)
        return (deployed?.models ?? []).map((model) => ({
          index,
          stream: { environment, connection, model, variant },
        }))
      }),
    )
  ).flat()
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
