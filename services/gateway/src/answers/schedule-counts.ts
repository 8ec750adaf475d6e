import type { ScheduleCounts } from '@syncline/proto'
import { sumBy } from 'es-toolkit'
import { enumName } from './enum-name.ts'

export function countsAnswer({ stale, reasons, syncs, reading: _, ...counts }: ScheduleCounts) {
  return {
    ...counts,
    ...{ stale, fresh: counts.total - stale },
    reasons: Object.fromEntries(
      reasons.flatMap(({ reason, count }) =>
        reason === 'STALE_REASON_UNSPECIFIED' ? [] : [[enumName('STALE_REASON', reason), count]],
      ),
    ),
    integrations: sums(syncs, ({ providerConfigKey }) => providerConfigKey).map(([key, sum]) => ({
      provider_config_key: key,
      ...sum,
    })),
    syncs: syncs.map(({ providerConfigKey, sync, ...sum }) => ({
      ...{ provider_config_key: providerConfigKey, sync_name: sync, ...sum },
    })),
    versions: sums(syncs, ({ version }) => version).map(([version, sum]) => ({ version, ...sum })),
    unavailable: [],
  }
}

type SyncCount = ScheduleCounts['syncs'][number]

function sums(syncs: SyncCount[], keyOf: (sync: SyncCount) => string) {
  return Array.from(Map.groupBy(syncs, keyOf), ([key, some]) => {
    return [key, { total: sumBy(some, (it) => it.total), stale: sumBy(some, (it) => it.stale) }] as const
  }).sort(([a], [b]) => (a < b ? -1 : 1))
}
