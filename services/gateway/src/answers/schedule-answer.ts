import type { Schedule as ScheduleAnswer } from '@syncline/api'
import type { Catalog, ExpectedSchedule } from '@syncline/catalog'
import { type Schedule, ScheduleState } from '@syncline/proto'
import { freshnessAnswer } from './freshness-answer.ts'
import { instant } from './instant.ts'
import { syncStatus } from './sync-status.ts'

/** @param recordCount By model; null = the record store does not answer. */
export function scheduleAnswer(
  catalog: Pick<Catalog, 'connections' | 'syncs'>,
  environment: string,
  schedule: Schedule,
  recordCount: Record<string, number> | null,
): ScheduleAnswer {
  const { providerConfigKey: provider_config_key, connectionId, sync } = schedule
  // From the copies in memory, for each of a hundred.
  const tags = catalog.connections.peek(environment, provider_config_key, connectionId)?.tags ?? {}
  const version = catalog.syncs.peek(environment, provider_config_key, sync)?.version ?? null
  // One that the scheduler has lost, or has yet to make: it knows of it from the catalog.
  if (schedule.state === ScheduleState.UNSPECIFIED) {
    const { connectionId: connection_id, sync: name, variant, freshness } = schedule
    const names = { provider_config_key, connection_id, name, variant }
    return {
      ...unknown,
      ...names,
      frequency: schedule.frequency || null,
      recordCount,
      freshness: freshnessAnswer(freshness),
      ...{ tags, version },
    }
  }
  return { ...syncStatus(schedule, recordCount ?? {}), provider_config_key, recordCount, tags, version }
}

/** What the catalog tells of a schedule while the scheduler does not answer. */
export function withoutScheduler(
  { connection, sync }: ExpectedSchedule,
  {
    variant = 'base',
    recordCount,
    answeredAt,
  }: { variant?: string; recordCount: ScheduleAnswer['recordCount']; answeredAt: number },
): ScheduleAnswer {
  const message = 'the scheduler does not answer: as long as no scheduler works, no run begins'
  return {
    ...unknown,
    provider_config_key: connection.integration,
    connection_id: connection.id,
    name: sync.name,
    variant,
    frequency: sync.frequency,
    recordCount,
    tags: connection.tags,
    version: sync.version,
    freshness: {
      lastSuccessAt: null,
      freshUntil: null,
      stale: { reason: 'scheduler_down', since: instant(answeredAt), until: null, message },
    },
  }
}

const unknown = {
  id: null,
  type: null,
  status: null,
  nextScheduledSyncAt: null,
  checkpoint: null,
  lastRun: null,
  skippedSlots: null,
  blocked: null,
  pausedBecause: null,
  failures: null,
}
