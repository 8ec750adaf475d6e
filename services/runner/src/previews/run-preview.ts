import { hash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { PreviewInput } from '@syncline/actions'
import type { Validation } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { placeholders } from '@syncline/fixtures'
import type { ProgramInput } from '@syncline/functions'
import type { Access } from '@syncline/outgoing'
import type { PreviewProgress, PreviewResult } from '@syncline/preview'
import type { ActionCall, ModelCounts, Schedule, SchedulesClient } from '@syncline/proto'
import type { DeadlineOptions } from '@syncline/rpc'
import type { Outcome } from '@syncline/sandbox'
import type { ActionDeps } from '../actions/action-deps.ts'
import type { SuspensionWatch } from '../actions/suspension-watch.ts'
import { streamOf } from '../attempt.ts'
import { childCredentials } from '../child-credentials.ts'
import { functionFacts } from '../function-facts.ts'
import { RequestLimit } from '../request-limit.ts'
import { Saves } from '../saves.ts'
import { SyncOutput } from '../sync-output.ts'
import { createPreviewHost, type PreviewState } from './preview-host.ts'
import { PreviewLog } from './preview-log.ts'
import { PreviewRecords } from './preview-records.ts'
import { PreviewStopped, resultOfPreview } from './preview-result.ts'
import { initialRecords, Recording } from './recording.ts'
import { RequestTally } from './request-tally.ts'

/** The record store gets the summary after the function has ended. */
const SUMMARY_MS = 20_000

export interface PreviewDeps extends ActionDeps {
  schedules: SchedulesClient<DeadlineOptions>
}

interface Options {
  input: Uint8Array
  /** When it aborts, the preview has no result. */
  signal: AbortSignal
  /** When it aborts, somebody wants no more of it than there is. */
  cancelled: AbortSignal
  watch: SuspensionWatch
  onProgress: (progress: () => PreviewProgress) => void
}

export interface EndedPreview {
  result: PreviewResult
  /** JSON text. */
  recording: Buffer | undefined
}

/**
 * Runs a sync function as a run of its schedule would, with its API and the credentials of its connection, and keeps nothing of what
 * it does: it has no schedule, no lease and no fence, and may run beside a run of the same schedule.
 */
export async function runPreview(
  deps: PreviewDeps,
  call: ActionCall,
  options: Options,
): Promise<EndedPreview> {
  const { sandboxes, outgoing, loader } = deps
  const input = PreviewInput.parse(JSON.parse(Buffer.from(options.input).toString()))
  const place = placeOf(call)
  const [access, schedule] = await Promise.all([loader.access(place), scheduleOf(deps, call, input)])
  const attempt = attemptOf(call, input, schedule)
  const environment = loader.catalog.environments.peek(call.environment)
  const validate = input.validate ?? environment?.validate ?? 'warn'
  const streams = input.models.map((model) => streamOf(attempt, model))
  const log = new PreviewLog()
  const stop = new AbortController()
  const stopAs = (...reason: ConstructorParameters<typeof PreviewStopped>) =>
    stop.abort(new PreviewStopped(...reason))
  const timer = setTimeout(
    () => stopAs('failed', `it did not end within ${call.timeoutMs / 1000} s`),
    call.timeoutMs,
  )
  const signal = AbortSignal.any([options.signal, stop.signal])
  const onCancel = () => stopAs('cancelled', 'the preview was cancelled')
  options.cancelled.addEventListener('abort', onCancel)
  if (options.cancelled.aborted) onCancel()
  try {
    const until = performance.now() + call.timeoutMs
    using records = await PreviewRecords.open(
      {
        ...{ records: deps.records, streams, samples: input.samples, signal: options.signal },
        forMs: call.timeoutMs + SUMMARY_MS,
      },
      ({ message }) => stopAs('limited', message),
    )
    const recording = input.record ? new Recording() : undefined
    const clock = new Date().toISOString()
    const initial = recording ? await initialRecords(deps.records, streams, options.signal) : {}
    const saves = new Saves(records, attempt, (text) => log.add('warn', text))
    saves.begin(input.models, Promise.resolve({ counts: [] }), signal)
    const state: PreviewState = {
      ...{ checkpoint: schedule?.checkpoint ?? '', metadata: undefined, saved: 0 },
      locks: new Set(),
      notDone: new Set(),
    }
    const tally = new RequestTally()
    options.onProgress(() => progressOf(state, saves.counts(), tally))
    const host = createPreviewHost({
      ...{ place, outgoing, loader, integration: access.integration, requests: new RequestLimit() },
      lane: attempt.lastSyncAtMs === 0 ? 'first' : 'fresh',
      addWarning: (text) => log.add('warn', text),
      warned: new Set(),
      request: (work) => work(),
      wait: (ms, reason, _cause, own) => waitInSlot(ms, reason, until, own),
      ...{ state, saves, records, tally, recording },
      streamOf: (model) => streamOf(attempt, model),
      limit: input.limit ?? Number.POSITIVE_INFINITY,
      stop: () => stopAs('limited', `it was stopped when ${state.saved} records were saved`),
    })
    const begunAt = performance.now()
    const reuse = { tenant: call.environment, hash: hash('sha256', input.bundle) }
    using sandbox = await sandboxes.take({ bundle: input.bundle, reuse })
    if (options.watch.wasSuspended) {
      throw new AppError('unavailable', 'its runner was suspended before the preview began: try again')
    }
    const outcome = await sandbox.run({
      input: { ...inputOf(deps, attempt, access, { ...input, validate }), ...(input.record && { clock }) },
      host,
      onLog: (level, text) => log.add(level, text),
      signal,
    })
    options.signal.throwIfAborted()
    const end = await completed(outcome, { saves, input, stopped: stop.signal })
    const result = resultOfPreview(end, {
      ...{ durationMs: performance.now() - begunAt, models: await records.summary() },
      ...{ requests: tally.result(), logs: log.lines, warnings: warningsOf(saves, recording) },
      checkpoint: { before: schedule?.checkpoint ?? '', after: state.checkpoint },
      metadata: { before: access.connection.metadata ?? null, after: state.metadata },
      notDone: [...state.notDone],
    })
    const { connection, integration, settings } = access
    const fixture = recording?.fixture({
      ...{ integration: call.providerConfigKey, sync: call.action, variant: input.variant },
      ...{ recorded_at: clock, clock },
      connection: {
        connection_id: connection.id,
        provider: integration.provider,
        connection_config: connection.connectionConfig,
        metadata: connection.metadata ?? null,
        tags: connection.tags,
        credentials: placeholders(childCredentials(access)),
      },
      pagination: { ...settings.pagination },
      environment: {
        name: call.environment,
        variables: Object.fromEntries(loader.variables(call.environment).map(({ name }) => [name, null])),
      },
      initial: {
        checkpoint: schedule?.checkpoint ? JSON.parse(schedule.checkpoint) : null,
        last_sync_date: lastSyncDate(attempt, access),
        records: initial,
      },
    })
    return { result, recording: fixture && Buffer.from(JSON.stringify(fixture)) }
  } finally {
    clearTimeout(timer)
    options.cancelled.removeEventListener('abort', onCancel)
  }
}

type PreviewAttempt = ReturnType<typeof attemptOf>

function attemptOf(call: ActionCall, { variant }: PreviewInput, schedule: Schedule | undefined) {
  const { environment, providerConfigKey, connectionId, connectionUid, action: sync, id: runId } = call
  return {
    ...{ environment, providerConfigKey, connectionId, connectionUid, sync, variant, runId, fence: 0 },
    foundCheckpoint: (schedule?.checkpoint ?? '') !== '',
    lastSyncAtMs: schedule?.lastSyncAtMs ?? 0,
  }
}

function placeOf(call: ActionCall) {
  const { environment, providerConfigKey: integration, connectionId: connection, connectionUid: uid } = call
  return { environment, integration, connection, uid }
}

/** Undefined: the sync is not deployed, or the schedule is not there yet. */
async function scheduleOf(
  { schedules, loader }: PreviewDeps,
  call: ActionCall,
  { variant }: PreviewInput,
): Promise<Schedule | undefined> {
  const { environment, providerConfigKey, connectionId, action: name } = call
  if (!loader.catalog.syncs.list(environment, providerConfigKey).some((sync) => sync.name === name)) {
    return undefined
  }
  const { schedules: found } = await schedules.listSchedules({
    ...{ environment, providerConfigKey, connectionId, limit: 1 },
    syncs: [{ name, variant }],
  })
  return found[0]
}

/** What a run does after its function has returned. */
async function completed(
  outcome: Outcome,
  { saves, input, stopped }: { saves: Saves; input: PreviewInput; stopped: AbortSignal },
): Promise<Outcome | PreviewStopped> {
  if (stopped.aborted) return stopped.reason as PreviewStopped // stopAs gives it
  if (outcome.kind !== 'success') return outcome
  try {
    const { incomplete, warnings, shapes } = SyncOutput.parse(outcome.output)
    saves.warn(warnings)
    await saves.settled()
    await saves.noteShapes(shapes)
    await saves.markIncomplete(incomplete)
    if (!input.trackDeletes) return outcome
    for (const model of input.models) await saves.trackDeletes(model, 'previous', { incomplete })
    return outcome
  } catch (error) {
    if (stopped.aborted) return stopped.reason as PreviewStopped // as above
    return new PreviewStopped('failed', error instanceof Error ? error.message : String(error))
  }
}

/** A preview waits in its slot. A wait that is longer than it may take fails at once. */
async function waitInSlot(ms: number, reason: string, until: number, signal: AbortSignal): Promise<void> {
  if (performance.now() + ms > until) {
    const seconds = Math.ceil(ms / 1000)
    throw new Error(`the API wants a wait of ${seconds} s, and the preview ends before: ${reason}`)
  }
  await sleep(ms, undefined, { signal })
}

function lastSyncDate({ lastSyncAtMs }: PreviewAttempt, { settings }: Access): string | null {
  const { consistencyLagMs = 0 } = settings
  return lastSyncAtMs === 0 ? null : new Date(Math.max(0, lastSyncAtMs - consistencyLagMs)).toISOString()
}

function inputOf(
  { loader }: PreviewDeps,
  attempt: PreviewAttempt,
  access: Access,
  { models, trackDeletes, validate }: PreviewInput & { validate: Validation },
): ProgramInput {
  const { connectionUid, sync, variant, runId } = attempt
  return {
    task: 'sync',
    facts: {
      ...functionFacts(loader, access, runId),
      syncId: `${connectionUid}.${sync}.${variant}`,
      syncJobId: 0,
      variant,
      lastSyncDate: lastSyncDate(attempt, access),
      syncConfig: {
        ...{ sync_name: sync, type: 'sync', models, track_deletes: trackDeletes },
        ...deployedFacts(loader, attempt),
      },
      emptyCache: false,
      validate,
    },
  }
}

/** A preview does not say them: as deployed, if it is. */
function deployedFacts(loader: PreviewDeps['loader'], attempt: PreviewAttempt) {
  const { environment, providerConfigKey, sync } = attempt
  const found = loader.catalog.syncs.list(environment, providerConfigKey).find(({ name }) => name === sync)
  return { runs: found?.frequency ?? '', version: found?.version ?? '' }
}

function progressOf(
  { saved }: PreviewState,
  counts: ModelCounts[],
  { count }: RequestTally,
): PreviewProgress {
  const deleted = counts.reduce((sum, { deleted }) => sum + deleted, 0)
  return { saved, deleted, requests: count }
}

function warningsOf(saves: Saves, recording: Recording | undefined): string[] {
  const isCut = recording && !recording.isComplete
  return [...saves.warnings, ...(isCut ? ['the recording has not all requests: it is full'] : [])]
}
