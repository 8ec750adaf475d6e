import type { ScheduleCounts } from '@syncline/proto'
import { reasonOnWire } from '../listing/messages.ts'
import type { Reason } from '../schedules/freshness.ts'
import { type FleetRow, isFailing } from './fleet-row.ts'

export function fleetCounts(rows: FleetRow[]): Omit<ScheduleCounts, 'reading'> {
  const counts = {
    ...{ total: rows.length, started: 0, paused: 0, blocked: 0, queued: 0, running: 0 },
    ...{ failing: 0, stale: 0 },
  }
  const reasons = new Map<Reason, number>()
  const syncs = new Map<string, ScheduleCounts['syncs'][number]>()
  for (const { sync, known, stale } of rows) {
    if (known) counts[known.state === 'PAUSED' ? 'paused' : 'started']++
    if (known?.blocked) counts.blocked++
    if (known?.run) counts[known.run === 'QUEUED' ? 'queued' : 'running']++
    if (isFailing(known)) counts.failing++
    if (stale) counts.stale++
    if (stale) reasons.set(stale.reason, (reasons.get(stale.reason) ?? 0) + 1)
    const name = `${sync.integration}/${sync.name}`
    const ofSync = syncs.get(name) ?? {
      ...{ providerConfigKey: sync.integration, sync: sync.name, version: sync.version },
      ...{ total: 0, stale: 0 },
    }
    ofSync.total++
    if (stale) ofSync.stale++
    syncs.set(name, ofSync)
  }
  return {
    ...counts,
    reasons: Array.from(reasons, ([reason, count]) => ({ reason: reasonOnWire(reason), count })),
    syncs: [...syncs.values()],
  }
}
