// What has to hold of each schedule, whatever happened: each function gives what is wrong, in words.
import { StaleReason } from '@syncline/proto'
import { type Observed, type Quiet, totalOf } from './observed.ts'
import type { RunEvent } from './run-events.ts'

/** A jump of the clock moves the next slot; how many slots lie between is known up to this. */
const SLOTS_PER_JUMP = 2
/** Entries that a schedule keeps of its skipped slots. */
const LISTED_MAX = 20

export function violations(observed: Observed, quiet: Quiet): string[] {
  const found = [
    ...slotsUnaccountedFor(observed, quiet),
    ...skippedWithoutReason(observed),
    ...overlappingRuns(observed),
    ...wrongAttempts(observed, quiet),
    ...lostRuns(observed),
    ...lostUpdates(observed),
    ...incompleteRecords(observed),
    ...stuck(observed, quiet),
  ]
  return found.map((text) => `${observed.name} (every ${observed.intervalMs / 1000} s): ${text}`)
}

/** Each slot of the time became a run, or was skipped and counted. */
function slotsUnaccountedFor({ before, after, events, intervalMs }: Observed, quiet: Quiet): string[] {
  const slots = Math.round((after.nextAtMs - before.nextAtMs) / intervalMs)
  const causes = new Map(events.map(({ run, cause }) => [run, cause]))
  if (after.lastRun) causes.set(after.lastRun.id, after.lastRun.cause)
  const [first, last] = [numberOf(before.lastRun?.id ?? ''), numberOf(after.lastRun?.id ?? '')]
  const runs = [...causes].filter(
    ([run, cause]) => cause === 'schedule' && numberOf(run) > first && numberOf(run) <= last,
  ).length
  const skipped = Number(after.skippedSlots) - Number(before.skippedSlots)
  const missing = slots - runs - skipped
  const unsure = quiet.jumps * SLOTS_PER_JUMP
  const isAccounted = possibleBackMs(quiet).some((backMs) => {
    const left = missing + Math.round(backMs / intervalMs)
    return left >= -unsure && left <= unsure + Math.ceil(quiet.overdueMs / intervalMs)
  })
  if (isAccounted) return []
  return [`of ${slots} slots ${runs} became runs and ${skipped} were skipped: ${missing} are missing`]
}

/**
 * Slots that lie in a jump ahead come again after the jump back: they were skipped and counted, unless no scheduler worked
 * between the two.
 */
function possibleBackMs({ backJumpsMs }: Quiet): number[] {
  let sums = [0]
  for (const ms of backJumpsMs) sums = [...new Set(sums.flatMap((sum) => [sum, sum + ms]))]
  return sums
}

function skippedWithoutReason({ skipped, after }: Observed): string[] {
  const found = skipped
    .filter(({ reason }) => reason === StaleReason.UNSPECIFIED)
    .map(({ count, firstMs }) => `${count} slots from ${firstMs} on were skipped without a reason`)
  const listed = skipped.reduce((sum, { count }) => sum + Number(count), 0)
  if (listed < Number(after.skippedSlots) && skipped.length < LISTED_MAX)
    found.push(`${listed} skipped slots have a reason, and ${after.skippedSlots} were counted`)
  return found
}

/** A run starts when the one before has ended. */
function overlappingRuns({ events }: Observed): string[] {
  const found: string[] = []
  const running = new Set<string>()
  const ended = new Set<string>()
  for (const { type, run } of events) {
    if (type === 'run.started') {
      for (const other of running) if (other !== run) found.push(`${run} started before ${other} ended`)
      if (ended.has(run)) found.push(`${run} started after its end`)
      running.add(run)
    }
    if (type === 'run.ended') {
      if (ended.has(run)) found.push(`${run} ended twice`)
      running.delete(run)
      ended.add(run)
    }
  }
  return found
}

/** Attempts are numbered one after the other, the last one ends the run, and without a fault there is one. */
function wrongAttempts({ events }: Observed, quiet: Quiet): string[] {
  const found: string[] = []
  for (const [run, all] of runsOf(events)) {
    const attempts = all.filter(({ type }) => type === 'run.started').map(({ attempt }) => attempt)
    const right = attempts.every((attempt, n) => n === 0 || attempt === (attempts[n - 1] ?? 0) + 1)
    if (!right || (attempts[0] ?? 1) !== 1) found.push(`${run} had the attempts ${attempts.join(', ')}`)
    const end = all.find(({ type }) => type === 'run.ended')
    if (!end) continue
    const last = attempts.at(-1) ?? 0
    if (end.attempt !== last) found.push(`${run} ended by attempt ${end.attempt}, the last was ${last}`)
    const calm = isCalm(end, quiet)
    if (calm && (end.attempt !== 1 || end.outcome !== 'success'))
      found.push(`${run} ended as ${end.outcome} with attempt ${end.attempt} without any fault: ${end.error}`)
  }
  return found
}

function lostRuns({ events }: Observed): string[] {
  return events
    .filter(({ outcome }) => outcome === 'lost')
    .map(({ run, attempt, error }) => `${run} was lost after ${attempt} attempts: ${error}`)
}

/**
 * Two executions that run at the same time would both go on from the same checkpoint. One of them may call the API for a
 * while after the other has taken over; its checkpoints and records are refused. So no two have the same `n` acknowledged.
 */
function lostUpdates({ effects }: Observed): string[] {
  const by = new Map<number, string>()
  const found: string[] = []
  for (const { kind, n, execution, run } of effects) {
    if (kind !== 'saved') continue
    const other = by.get(n)
    if (other !== undefined && other !== execution)
      found.push(`checkpoint ${n} was acknowledged to two executions, the second one of run ${run}`)
    by.set(n, execution)
  }
  return found
}

/** The last run succeeded: its checkpoint says how many records there are, and no acknowledged one is missing. */
function incompleteRecords({ after, ids, effects }: Observed): string[] {
  const total = totalOf(after.checkpoint)
  const known = new Set(ids)
  const missing = Array.from({ length: total }, (_, n) => n + 1).filter((n) => !known.has(n))
  const found = missing.length > 0 ? [`of ${total} records ${missing.length} are missing: ${missing}`] : []
  const acknowledged = effects.reduce((most, { kind, n }) => (kind === 'saved' && n > most ? n : most), 0)
  if (acknowledged > total) found.push(`checkpoint ${acknowledged} was acknowledged, and ${total} is stored`)
  return found
}

/** It runs again when all is quiet. */
function stuck({ events, after }: Observed, quiet: Quiet): string[] {
  const again = events.some(
    (event) => event.type === 'run.ended' && event.outcome === 'success' && isCalm(event, quiet),
  )
  if (again) return []
  const { lastRun, nextAtMs } = after
  const ago = (ms: number) => `${((quiet.nowMs - ms) / 1000).toFixed(1)} s ago`
  const last = lastRun
    ? `${lastRun.id}: ${lastRun.state} ${lastRun.outcome}, attempt ${lastRun.attempt}, requested ${ago(lastRun.requestedAtMs)}, by ${lastRun.runner}, with the events ${events.filter(({ run }) => run === lastRun.id).map(({ type }) => type)}`
    : 'none'
  return [
    `no run succeeded since the last fault; its next slot was ${ago(nextAtMs)}; the last run is ${last}`,
  ]
}

/** Requested after the last fault. What was requested before the clock was set back may lie in the future. */
function isCalm({ requestedAtMs }: RunEvent, { sinceMs, nowMs }: Quiet): boolean {
  return requestedAtMs > sinceMs && requestedAtMs <= nowMs
}

function runsOf(events: RunEvent[]): [string, RunEvent[]][] {
  return [...Map.groupBy(events, ({ run }) => run)]
}

const numberOf = (run: string) => Number(run.slice(run.lastIndexOf('-') + 1) || 0)
