import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { ProgramInput } from '@syncline/functions'
import type { Access } from '@syncline/outgoing'
import { type AttemptReport, RunOutcome } from '@syncline/proto'
import type { ActiveAttempt } from './active-attempts.ts'
import { ApiWaits } from './api-waits.ts'
import { type Attempt, placeOf, streamOf, writerOf } from './attempt.ts'
import { AttemptRecord } from './facts/attempt-record.ts'
import { functionFacts } from './function-facts.ts'
import { createHost } from './host.ts'
import type { Work } from './load-work.ts'
import { type End, endOf, endOfError, endOfThrottled } from './outcome.ts'
import { quotaWait } from './quota-wait.ts'
import { reportOf } from './report-end.ts'
import { retrying } from './retrying.ts'
import type { RunContext, RunnerDeps } from './run-context.ts'
import { RunLog } from './run-log.ts'
import { Saves } from './saves.ts'
import type { Slot } from './slots.ts'
import { SyncOutput } from './sync-output.ts'

const BEGIN_FOR_MS = 60_000
/** An attempt that goes back sooner takes so long: a store that is away would see the same run again and again. */
const HAND_BACK_MS = 1000

/**
 * Works on an attempt to its end. Returns what the scheduler has to know of it; undefined if another attempt has the run.
 *
 * An attempt whose API is known to make it wait ends before it begins: hundreds of them cost neither processes nor slots.
 */
export async function runAttempt(
  deps: RunnerDeps,
  active: ActiveAttempt,
  slot: Slot,
): Promise<AttemptReport | undefined> {
  const { attempt } = active
  const access = deps.loader.access(placeOf(attempt))
  const record = new AttemptRecord(active, deps.runner)
  const throttled = await quotaWait(deps, attempt, access)
  if (throttled) {
    const end = endOfThrottled(throttled, Date.now())
    deps.events.attemptNotBegun(attempt, throttled.message)
    deps.events.waited('throttled', end.resumeAt - Date.now())
    deps.logs.addAttempt(record.facts(end, end.error))
    return reportOf(attempt, end)
  }
  deps.events.attemptStarted(attempt)
  const log = new RunLog(deps.logs, attempt)
  const saves = new Saves(deps.records, attempt, (text) => log.add('warn', text), record.writes)
  active.counts = () => saves.counts()
  log.add('info', `attempt ${attempt.attempt} of '${attempt.sync}' for connection '${attempt.connectionId}'`)

  const end = await untilEnd({ deps, active, attempt, log, saves, record }, access, slot)

  const ms = performance.now() - active.takenAt
  saves.logSkipped()
  if (end.detail) log.add('error', end.detail)
  const isWell = end.outcome === RunOutcome.SUCCESS || end.outcome === RunOutcome.THROTTLED
  log.end(isWell ? 'info' : 'error', endLine(end, (ms / 1000).toFixed(1), saves.counts()))
  deps.events.attemptEnded(attempt, end, ms)
  const isSuccess = end.outcome === RunOutcome.SUCCESS
  const error = isSuccess ? saves.warnings.join('; ') : end.error
  deps.logs.addAttempt(record.facts(end, error))
  await log.settled()

  if (end.outcome === RunOutcome.THROTTLED) deps.events.waited('throttled', end.resumeAt - Date.now())
  if (end.outcome === 'replaced') return undefined
  if (end.outcome === RunOutcome.HANDED_BACK && !deps.parking.stopping.aborted) {
    await sleep(Math.max(0, HAND_BACK_MS - ms))
  }
  return reportOf(attempt, isSuccess ? { ...end, error } : end, {
    counts: saves.counts(),
    lastLines: isSuccess ? [] : log.lastLines,
    hasBegun: saves.hasBegun,
    heldBack: saves.heldBack,
    version: record.version,
  })
}

/** Runs the function until it ends, or until the attempt must stop: by the scheduler, without its answers, or with this process. */
async function untilEnd(
  base: Pick<RunContext, 'deps' | 'active' | 'attempt' | 'log' | 'saves' | 'record'>,
  access: Promise<Access>,
  slot: Slot,
): Promise<End> {
  const { deps, active, attempt, log, record } = base
  const { signal } = active
  const { parking, events } = deps
  const note = (text: string) => log.add('info', text)
  using waits = new ApiWaits({ active, slot, parking, events, note })
  try {
    const work = await deps.loader.load(attempt, access)
    record.loaded(work)
    const speaks = onlyOnce(() => events.functionSpeaks(attempt))
    const run: RunContext = { ...base, work, waits, signal, speaks }
    begin(run)
    const outcome = await runFunction(run)
    if (signal.aborted) return endOfError(signal.reason)
    if (outcome.kind === 'success') await complete(run, outcome.output)
    return endOf(outcome)
  } catch (error) {
    return endOfError(signal.aborted ? signal.reason : error)
  } finally {
    active.stop(new Error('the attempt has ended'))
  }
}

/**
 * From its answer on no earlier attempt can write to the streams. The function runs meanwhile; its writes and reads of records
 * wait for the answer, and so does the end of a run that succeeds.
 */
function begin({ deps, active, attempt, work, saves, signal }: RunContext): void {
  const streams = work.sync.models.map((model) => streamOf(attempt, model))
  const request = { writer: writerOf(attempt), streams, empty: attempt.emptyCache }
  // In the next turn: a child that waits gets its run before we encode this call.
  const begun = nextTurn().then(() =>
    retrying((each) => deps.records.begin(request, { signal: each }), { forMs: BEGIN_FOR_MS, signal }),
  )
  saves.begin(work.sync.models, begun, signal)
  begun.catch((error: Error) => active.stop(error))
}

async function runFunction(run: RunContext) {
  const { deps, active, attempt, work, log, waits, signal, speaks, record } = run
  const reuse = { tenant: attempt.environment, hash: work.sync.bundle }
  using sandbox = await deps.sandboxes.take({ bundle: work.bundle, reuse })
  waits.attach(sandbox)
  deps.events.functionStarts(performance.now() - active.takenAt)
  record.functionBegins()
  using _ended = { [Symbol.dispose]: () => record.functionEnded() }
  return await sandbox.run({
    input: inputOf(run),
    host: createHost(run),
    onLog: (level, text) => {
      speaks()
      log.add(level, text)
    },
    signal,
  })
}

/**
 * A window that stays open belongs to a later run, which does not see again what is missing. A run that fails marks nothing:
 * another one goes on at its checkpoint.
 */
async function complete({ work, saves }: RunContext, output: unknown): Promise<void> {
  const { incomplete, warnings, shapes } = SyncOutput.parse(output)
  saves.warn(warnings)
  await saves.settled()
  await saves.noteShapes(shapes)
  await saves.markIncomplete(incomplete)
  if (work.sync.trackDeletes) {
    for (const model of work.sync.models) await saves.trackDeletes(model, 'previous', { incomplete })
  }
}

/** An API that shows changes late is asked again for those that it did not show to the last run. */
function lastSyncDate({ lastSyncAtMs }: Attempt, { consistencyLagMs = 0 }: Work['settings']): string | null {
  return lastSyncAtMs === 0 ? null : new Date(Math.max(0, lastSyncAtMs - consistencyLagMs)).toISOString()
}

function inputOf({ deps, attempt, work }: RunContext): ProgramInput {
  const { sync } = work
  return {
    task: 'sync',
    facts: {
      ...functionFacts(deps.loader, work, attempt.runId),
      syncId: `${attempt.connectionUid}.${attempt.sync}.${attempt.variant}`,
      syncJobId: attempt.runNumber,
      variant: attempt.variant,
      lastSyncDate: lastSyncDate(attempt, work.settings),
      syncConfig: {
        sync_name: sync.name,
        type: 'sync',
        models: sync.models,
        runs: sync.frequency,
        version: sync.version,
        track_deletes: sync.trackDeletes,
      },
      emptyCache: attempt.emptyCache,
      validate: work.validate,
    },
  }
}

function onlyOnce(work: () => void): () => void {
  let done = false
  return () => {
    if (!done) work()
    done = true
  }
}

function endLine(end: End, seconds: string, counts: ReturnType<Saves['counts']>): string {
  if (end.outcome === 'replaced') return `replaced after ${seconds} s: ${end.error}`
  if (end.outcome === RunOutcome.HANDED_BACK) return `handed back after ${seconds} s: ${end.error}`
  if (end.outcome === RunOutcome.THROTTLED) {
    return `throttled after ${seconds} s, goes on at ${new Date(end.resumeAt).toISOString()}: ${end.error}`
  }
  const changes = counts.map(
    ({ model, added, updated, deleted, unchanged }) =>
      `${model}: ${added} added, ${updated} updated, ${deleted} deleted, ${unchanged} unchanged`,
  )
  const what = end.outcome === RunOutcome.SUCCESS ? changes.join('; ') : end.error
  return `ended after ${seconds} s${what && `: ${what}`}`
}
