import type { Connection, ExpectedSchedule, Sync } from '@syncline/catalog'
import { type Facts, freshness, type Reason } from '../schedules/freshness.ts'
import { BASE, type Schedule } from '../schedules/schedule.ts'
import type { View } from '../store/facts.ts'

/** What lists of schedules are filtered and sorted by. Instants are 0 = none. */
export interface FleetRow {
  connection: Connection
  sync: Sync
  variant: string
  id: string
  /** Undefined: the catalog says that there should be such a schedule, and Redis has none. */
  known: KnownFacts | undefined
  /** Since when it is stale, and why now. */
  stale: { reason: Reason; since: number } | undefined
}

export interface KnownFacts {
  state: Schedule['state']
  blocked: boolean
  /** Of the active run. */
  run: 'QUEUED' | 'RUNNING' | undefined
  lastSuccess: number
  /** When the last run was requested. */
  lastRun: number
  nextRun: number
  failures: number
  /** What its freshness is made of, without the texts that are only told. */
  facts: Pick<Facts, 'run' | 'ended'> & { definition: string; schedule: NonNullable<Facts['schedule']> }
}

export function rowOf({ connection, sync }: ExpectedSchedule, variant: string, id: string): FleetRow {
  return { connection, sync, variant, id, known: undefined, stale: undefined }
}

export function knownFacts({ schedule, run, ended, facts }: View): KnownFacts {
  const { state, freshAt, nextAt, failures } = schedule
  const blocked = schedule.blocked !== ''
  return {
    ...{ state, blocked, failures, lastSuccess: freshAt },
    run: run?.state === 'RUNNING' ? 'RUNNING' : run && 'QUEUED',
    lastRun: (run ?? ended)?.requestedAt ?? 0,
    nextRun: state === 'STARTED' && !blocked ? nextAt : 0,
    facts: {
      definition: schedule.definition.id,
      schedule: scheduleFacts(facts.schedule),
      run: facts.run && activeRun(facts.run),
      ended: ended && { outcome: ended.outcome, error: '', finishedAt: ended.finishedAt },
    },
  }
}

/** Whether its last run failed: that is known long before it is stale. */
export function isFailing(known: KnownFacts | undefined): boolean {
  return known !== undefined && known.failures > 0
}

/** Whether there is such a schedule. A variant that is not there is being removed; a base one may be a moment away. */
export function isListed({ known, stale, variant }: FleetRow): boolean {
  return known !== undefined || (variant === BASE && stale !== undefined)
}

type Around = Pick<Facts, 'environment' | 'integration' | 'sync' | 'runners' | 'downtime'>

/** Why it is stale now, if it is. */
export function staleOf(
  { connection, sync, known }: FleetRow,
  around: Around,
  now: number,
): FleetRow['stale'] {
  if (known === undefined) {
    const expectedSince = Math.max(Date.parse(connection.createdAt), Date.parse(sync.deployedAt))
    const none = { schedule: undefined, run: undefined, ended: undefined }
    const { stale } = freshness({ ...around, ...none, now, expectedSince })
    return stale && { reason: stale.reason, since: stale.since }
  }
  const { schedule, run, ended } = known.facts
  // Most are fresh.
  if (now < (schedule.freshAt || schedule.createdAt) + schedule.freshMs) return undefined
  const { stale, freshUntil } = freshness({ ...around, schedule, run, ended, now, expectedSince: 0 })
  return stale && { reason: stale.reason, since: freshUntil }
}

/** Only these fields, and no text: there may be a hundred thousand of them. */
function scheduleFacts(facts: KnownFacts['facts']['schedule']): KnownFacts['facts']['schedule'] {
  const { createdAt, freshAt, freshMs, intervalMs, paused, pausedAt, nextAt, retryAt, ...rest } = facts
  const { failures, failingSince, heldSince, stale } = rest
  return {
    ...{ createdAt, freshAt, freshMs, intervalMs, paused, pausedAt, nextAt, retryAt },
    ...{ failures, failingSince, heldSince, stale },
    pausedBecause: '',
    blocked: rest.blocked && { message: '', since: rest.blocked.since },
  }
}

type ActiveRun = NonNullable<Facts['run']>

function activeRun({ state, requestedAt, queuedAt, startedAt, notBefore, ...rest }: ActiveRun): ActiveRun {
  const { parked, handBack, unavailableSince } = rest
  return {
    ...{ state, requestedAt, queuedAt, startedAt, notBefore, handBack, unavailableSince },
    throttledReason: '',
    parked: parked && 'parked',
  }
}
