import { orAborted } from '@syncline/async'
import { AppError } from '@syncline/errors'
import { type HostAnswers, type HostMethod, type HostParams, parseParams } from '@syncline/functions'
import type { AnswerWithText, HostCall, HostMethods, ReceivedCall } from '@syncline/sandbox'
import pLimit from 'p-limit'
import { laneOf, placeOf, streamOf } from './attempt.ts'
import { AttemptLocks } from './attempt-locks.ts'
import { type ConnectionContext, connectionHost } from './connection-host.ts'
import { CALLS_AT_ONCE, type EnvironmentContext, environmentHost } from './environment-host.ts'
import { listRecords } from './list-records.ts'
import { RequestLimit } from './request-limit.ts'
import { retrying } from './retrying.ts'
import type { RunContext } from './run-context.ts'

const CALL_FOR_MS = 60_000

/** Calls that are repeated while a store of ours does not answer. */
const OF_STORES: ReadonlySet<HostMethod> = new Set([
  'save',
  'delete',
  'trackDeletes',
  'setMergingStrategy',
  'listRecords',
  'saveCheckpoint',
  'tryAcquireLock',
  'releaseLock',
  'releaseAllLocks',
])

/** A run, and what its methods share. */
type HostContext = RunContext &
  ConnectionContext &
  EnvironmentContext & {
    /** JSON text; empty = none. */
    checkpoint: string
  }
type Method<Name extends HostMethod> = (
  run: HostContext,
  params: HostParams[Name],
  call: ReceivedCall,
) => Promise<HostAnswers[Name] | AnswerWithText>

const methods: { [Name in HostMethod]: Method<Name> } = {
  ...connectionHost,
  ...environmentHost,
  save,
  delete: deleteRecords,
  trackDeletes,
  setMergingStrategy,
  listRecords: listRecordsOfRun,
  getCheckpoint,
  saveCheckpoint,
}

/** What the child of an attempt may ask for. Whose run it is comes from here, never from the child. */
export function createHost(run: RunContext): HostMethods {
  const { checkpoint, environment, runId } = run.attempt
  const { deps, attempt, waits, log, work } = run
  const context: HostContext = {
    ...run,
    place: placeOf(attempt),
    lane: laneOf(attempt),
    outgoing: deps.outgoing,
    loader: deps.loader,
    integration: work.integration,
    requests: new RequestLimit(),
    addWarning: (text) => log.add('warn', text),
    warned: new Set(),
    request: (call, isRepeatable) => waits.request(call, isRepeatable),
    wait: (ms, reason, cause, signal) => waits.wait(ms, reason, cause, signal),
    callTally: run.record.calls,
    checkpoint,
    locks: new AttemptLocks(deps.locks, {
      environment,
      id: runId,
      attempt: attempt.attempt,
      isAction: false,
    }),
    calls: deps.calls,
    callLimit: pLimit(CALLS_AT_ONCE),
    depth: 0,
    until: Number.POSITIVE_INFINITY,
  }
  const names = Object.keys(methods) as HostMethod[] // its own keys
  return Object.fromEntries(names.map((name) => [name, hostMethod(name, context)]))
}

function hostMethod<Name extends HostMethod>(name: Name, run: HostContext): HostMethods[string] {
  return (raw, call) => {
    run.speaks()
    return run.waits.isParked || run.deps.heartbeats.unconfirmed
      ? callLater(name, run, raw, call)
      : callMethod(name, run, raw, call)
  }
}

/** A run that is parked gets its slot back for any call. One that may have been given away asks nothing of us until we know. */
async function callLater<Name extends HostMethod>(
  name: Name,
  run: HostContext,
  raw: unknown,
  call: ReceivedCall,
) {
  await run.waits.hold()
  for (let wait = run.deps.heartbeats.unconfirmed; wait; wait = run.deps.heartbeats.unconfirmed) {
    await orAborted(wait, call.signal)
  }
  return callMethod(name, run, raw, call)
}

/** Not async: a function that waits keeps its arguments, and what was parsed of a message may be twenty times as large. */
function callMethod<Name extends HostMethod>(name: Name, run: HostContext, raw: unknown, call: ReceivedCall) {
  const params = parseParams(name, raw)
  // A request works from when the limit of the run lets it: see RequestLimit.
  const settled = name === 'http' || name === 'fetch' ? () => {} : run.waits.begin()
  return methods[name](run, params, call)
    .catch((error: unknown) => {
      if (error instanceof AppError && endsAttempt(name, error)) run.active.stop(error)
      throw error
    })
    .finally(settled)
}

/** Another attempt has the run; or a store of ours was away for too long, which is no failure of the function. */
function endsAttempt(name: HostMethod, error: AppError): boolean {
  return error.code === 'fenced' || (error.retry && OF_STORES.has(name))
}

function save(
  { saves }: HostContext,
  { model, mode, sizes, skipped }: HostParams['save'],
  { text }: ReceivedCall,
) {
  return saves.save(model, mode, { text, sizes }, skipped).then(() => null)
}

function deleteRecords({ saves }: HostContext, { model, first, records }: HostParams['delete']) {
  return saves.delete(model, first, records).then(() => null)
}

async function trackDeletes({ saves }: HostContext, { model, step, ...pass }: HostParams['trackDeletes']) {
  await saves.trackDeletes(model, step, pass)
  return null
}

async function setMergingStrategy(
  { saves }: HostContext,
  { model, strategy, cursor }: HostParams['setMergingStrategy'],
) {
  await saves.setMergingStrategy(model, strategy, cursor)
  return null
}

async function listRecordsOfRun(
  { deps, attempt, saves }: HostContext,
  params: HostParams['listRecords'],
  call: HostCall,
) {
  saves.known(params.model)
  await saves.begun
  return listRecords(deps.records, streamOf(attempt, params.model), params, call)
}

/** It came with the attempt, and nobody but this attempt changes it meanwhile. */
async function getCheckpoint(run: HostContext) {
  const json = run.checkpoint
  run.saves.sawCheckpoint('read', json)
  return { json }
}

/**
 * A checkpoint is saved when all that it covers is durable, and when the record store knows what is missing before it. If we
 * die in between, the next attempt reads again what was missing, and one deletion is postponed. `parseParams` has checked the
 * checkpoint, and nobody checks it again.
 */
async function saveCheckpoint(
  run: HostContext,
  { json, incomplete }: HostParams['saveCheckpoint'],
  { signal }: HostCall,
) {
  const { deps, attempt, saves, waits } = run
  saves.sawCheckpoint('saved', json)
  await saves.settled()
  await saves.markIncomplete(incomplete)
  const checkpoint = { runId: attempt.runId, attempt: attempt.attempt, json }
  await retrying((each) => deps.scheduler.saveCheckpoint(checkpoint, { signal: each }), {
    forMs: CALL_FOR_MS,
    signal,
  })
  run.checkpoint = json
  waits.checkpointSaved(json)
  run.record.checkpointSaved(json)
  return null
}
