import { publish, type Slot, subjects } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import type { ProgramInput } from '@syncline/functions'
import { type ModelCounts, type RunFinished, RunOutcome } from '@syncline/proto'
import { truncated } from '@syncline/sandbox'
import { ApiWaits } from './api-waits.ts'
import { type Attempt, streamOf, writerOf } from './attempt.ts'
import { startHeartbeat } from './heartbeat.ts'
import { createHost } from './host.ts'
import type { Work } from './load-work.ts'
import { type End, endOf, endOfError, endOfThrottled } from './outcome.ts'
import { quotaWait } from './quota-wait.ts'
import { retrying } from './retrying.ts'
import type { RunContext, RunnerDeps } from './run-context.ts'
import { RunLog } from './run-log.ts'
import { Saves } from './saves.ts'
import { SyncOutput } from './sync-output.ts'

const BEGIN_FOR_MS = 60_000
const PUBLISH_FOR_MS = 60_000
/** The end of a run is one message of NATS, which may have 1 MB: all in it is bounded. */
const ERROR_CHARS = 10_000

/**
 * Works on an attempt to its end and publishes that. Returns when nothing is left to do; throws when another attempt
 * shall follow. If we die
 * - before the end is published: the message comes again, the function runs again from its last checkpoint, and what it
 *   saves a second time changes nothing;
 * - after that, before the message is acknowledged: it comes again, and the scheduler refuses an attempt.
 *
 * An attempt whose API is known to make it wait ends before it begins: hundreds of them cost neither processes nor slots.
 */
export async function runAttempt(
  deps: RunnerDeps,
  attempt: Attempt,
  slot: Slot,
  stop: AbortSignal,
): Promise<void> {
  const throttled = await quotaWait(deps, attempt)
  if (throttled) {
    deps.events.attemptNotBegun(attempt, throttled.message)
    const report = { counts: [], lastLines: [], hasBegun: false }
    const end = endOfThrottled(throttled, Date.now())
    return publishEnd(deps, attempt, end, report, stop)
  }
  const startedAt = Date.now()
  deps.events.attemptStarted(attempt)
  const log = new RunLog(deps.records, attempt, (lines, error) => deps.events.logsLost(attempt, lines, error))
  const saves = new Saves(deps.records, attempt, (text) => log.add('warn', text))
  log.add('info', `attempt ${attempt.attempt} of '${attempt.sync}' for connection '${attempt.connectionId}'`)

  const end = await untilEnd({ deps, attempt, log, saves }, slot, stop)

  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  saves.logSkipped()
  if (end.detail) log.add('error', end.detail)
  const isWell = end.outcome === RunOutcome.SUCCESS || end.outcome === RunOutcome.THROTTLED
  log.end(isWell ? 'info' : 'error', endLine(end, seconds, saves.counts()))
  await log.close()
  deps.events.attemptEnded(attempt, end.outcome, Date.now() - startedAt)

  if (end.outcome === 'left') {
    if (end.again) throw new AppError('unavailable', end.error)
    return
  }
  const error = end.outcome === RunOutcome.SUCCESS ? saves.warnings.join('; ') : end.error
  const lastLines = end.outcome === RunOutcome.SUCCESS ? [] : log.lastLines
  const report = { counts: saves.counts(), lastLines, hasBegun: true }
  await publishEnd(deps, attempt, { ...end, error }, report, stop)
}

async function publishEnd(
  deps: RunnerDeps,
  { environment, runId, attempt: number }: Attempt,
  end: Exclude<End, { outcome: 'left' }>,
  { hasBegun, ...report }: { counts: ModelCounts[]; lastLines: string[]; hasBegun: boolean },
  stop: AbortSignal,
): Promise<void> {
  const finished: RunFinished = {
    environment,
    runId,
    attempt: number,
    outcome: end.outcome,
    error: truncated(end.error, ERROR_CHARS),
    ...report,
    finishedAtMs: Date.now(),
    ...(end.outcome === RunOutcome.THROTTLED && { resumeAtMs: end.resumeAt, hasBegun }),
  }
  await retrying(
    () => publish(deps.bus, subjects.runFinished, [environment], finished, { id: `${runId}.${number}` }),
    { forMs: PUBLISH_FOR_MS, signal: stop },
  )
}

/** Runs the function until it ends, or until the attempt must stop: by the scheduler, without its answers, or with this process. */
async function untilEnd(
  base: Pick<RunContext, 'deps' | 'attempt' | 'log' | 'saves'>,
  slot: Slot,
  stop: AbortSignal,
): Promise<End> {
  const { deps, attempt, saves, log } = base
  using heartbeat = startHeartbeat(deps, attempt, () => saves.counts())
  const own = new AbortController()
  const signal = AbortSignal.any([stop, heartbeat.signal, own.signal])
  const end = (reason: Error) => own.abort(reason)
  const note = (text: string) => log.add('info', text)
  const { parking, events } = deps
  using waits = new ApiWaits({ attempt, slot, parking, events, note, stop: end, signal })
  try {
    const work = await deps.loader.load(attempt)
    const run: RunContext = { ...base, work, waits, signal, stop: end }
    await begin(run)
    const outcome = await runFunction(run)
    if (signal.aborted) return endOfError(signal.reason)
    if (outcome.kind === 'success') await complete(run, outcome.output)
    return endOf(outcome)
  } catch (error) {
    return endOfError(signal.aborted ? signal.reason : error)
  }
}

/** From here on no earlier attempt can write to the streams. */
async function begin({ deps, attempt, work, saves, signal }: RunContext): Promise<void> {
  const streams = work.sync.models.map((model) => streamOf(attempt, model))
  const { counts } = await retrying(
    (each) =>
      deps.records.begin({ writer: writerOf(attempt), streams, empty: attempt.emptyCache }, { signal: each }),
    { forMs: BEGIN_FOR_MS, signal },
  )
  saves.begin(work.sync.models, counts, signal)
}

async function runFunction(run: RunContext) {
  const { deps, attempt, work, log, waits, signal } = run
  const reuse = { tenant: attempt.environment, hash: work.sync.bundle }
  using sandbox = await deps.sandboxes.take({ bundle: work.bundle, reuse })
  waits.attach(sandbox)
  return await sandbox.run({
    input: inputOf(attempt, work),
    host: createHost(run),
    onLog: (level, text) => log.add(level, text),
    signal,
  })
}

/**
 * A window that stays open belongs to a later run, which does not see again what is missing. A run that fails marks nothing:
 * another one goes on at its checkpoint.
 */
async function complete({ work, saves }: RunContext, output: unknown): Promise<void> {
  const { incomplete } = SyncOutput.parse(output)
  await saves.settled()
  await saves.markIncomplete(incomplete)
  if (work.sync.trackDeletes) {
    for (const model of work.sync.models) await saves.trackDeletes(model, 'previous', { incomplete })
  }
}

/** An API that shows changes late is asked again for those that it did not show to the last run. */
function lastSyncDate({ lastSyncAtMs }: Attempt, { consistencyLagMs = 0 }: Work['settings']): string | null {
  return lastSyncAtMs === 0 ? null : new Date(Math.max(0, lastSyncAtMs - consistencyLagMs)).toISOString()
}

function inputOf(attempt: Attempt, { integration, settings }: Work): ProgramInput {
  return {
    task: 'sync',
    facts: {
      connectionId: attempt.connectionId,
      providerConfigKey: attempt.providerConfigKey,
      provider: integration.provider,
      environmentName: attempt.environment,
      syncId: `${attempt.connectionUid}.${attempt.sync}.${attempt.variant}`,
      syncJobId: attempt.runNumber,
      variant: attempt.variant,
      lastSyncDate: lastSyncDate(attempt, settings),
      pagination: settings.pagination ?? {},
    },
  }
}

function endLine(end: End, seconds: string, counts: ReturnType<Saves['counts']>): string {
  if (end.outcome === 'left') return `left after ${seconds} s: ${end.error}`
  if (end.outcome === RunOutcome.THROTTLED) {
    return `throttled after ${seconds} s, goes on at ${new Date(end.resumeAt).toISOString()}: ${end.error}`
  }
  const changes = counts.map(
    ({ model, added, updated, deleted }) =>
      `${model}: ${added} added, ${updated} updated, ${deleted} deleted`,
  )
  const what = end.outcome === RunOutcome.SUCCESS ? changes.join('; ') : end.error
  return `ended after ${seconds} s${what && `: ${what}`}`
}
