import type { Catalog } from '@syncline/catalog'
import type { RecordsClient, Schedule } from '@syncline/proto'

/** Live records by model, for each of the schedules: one call however many there are. */
export async function countRecords(
  catalog: Catalog,
  records: RecordsClient,
  environment: string,
  schedules: Schedule[],
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
  const { sizes } = await records.countRecords({ streams: streams.map(({ stream }) => stream) })
  for (const [position, { index, stream }] of streams.entries()) {
    const count = counts[index]
    if (count) count[stream.model] = sizes[position]?.live ?? 0
  }
  return counts
}
