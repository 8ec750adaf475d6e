import type { Run, SyncStatus } from '@syncline/api'
import { type Schedule, ScheduleState } from '@syncline/proto'
import { freshnessAnswer } from './freshness-answer.ts'
import { instantOrNull } from './instant.ts'
import { runAnswer } from './run-answer.ts'

/** @param recordCount By model. */
export function syncStatus(schedule: Schedule, recordCount: Record<string, number>): SyncStatus {
  const lastRun = schedule.lastRun ? runAnswer(schedule.lastRun) : null
  const paused = schedule.state === ScheduleState.PAUSED
  return {
    id: schedule.id,
    connection_id: schedule.connectionId,
    name: schedule.sync,
    variant: schedule.variant,
    type: schedule.checkpoint === '' ? 'INITIAL' : 'INCREMENTAL',
    status: statusOf(lastRun, { paused, blocked: schedule.blocked !== undefined }),
    frequency: schedule.frequency || null,
    nextScheduledSyncAt: paused || schedule.blocked ? null : instantOrNull(schedule.nextAtMs),
    recordCount,
    checkpoint: schedule.checkpoint === '' ? null : JSON.parse(schedule.checkpoint),
    lastRun,
    skippedSlots: schedule.skippedSlots,
    blocked: blockedOf(schedule),
    freshness: freshnessAnswer(schedule.freshness),
    pausedBecause: schedule.pausedBecause || null,
    failures: schedule.failures,
    ...latest(lastRun),
  }
}

/**
 * A run that waits, for a runner or for its API, counts as running: a client that triggers a sync and polls until it is no
 * longer RUNNING sees the result of that trigger. A sync that never ran has not failed, so it is a SUCCESS.
 */
function statusOf(
  lastRun: Run | null,
  { paused, blocked }: { paused: boolean; blocked: boolean },
): SyncStatus['status'] {
  if (lastRun !== null && lastRun.state !== 'ended') return 'RUNNING'
  if (paused) return 'PAUSED'
  if (blocked) return 'STOPPED'
  return lastRun?.reason ? 'ERROR' : 'SUCCESS'
}

/** The reason is one of those that the API declares: the scheduler has written it. */
function blockedOf({ blocked }: Schedule): SyncStatus['blocked'] {
  if (blocked === undefined) return null
  const { message, since } = blocked
  return { reason: 'needs_reauth', message, since }
}

function latest(
  lastRun: Run | null,
): Pick<SyncStatus, 'finishedAt' | 'latestResult' | 'latestExecutionStatus'> {
  if (lastRun === null) return {}
  const latestResult = lastRun.result
  if (lastRun.state !== 'ended') return { latestResult, latestExecutionStatus: 'RUNNING' }
  return {
    latestResult,
    latestExecutionStatus: lastRun.reason ? 'STOPPED' : 'SUCCESS',
    ...(lastRun.finishedAt !== null && { finishedAt: lastRun.finishedAt }),
  }
}
