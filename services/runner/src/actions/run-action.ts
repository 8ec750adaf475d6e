import { AppError } from '@syncline/errors'
import type { ProgramInput } from '@syncline/functions'
import type { ConnectionPlace } from '@syncline/outgoing'
import type { ActionCall, ActionResult } from '@syncline/proto'
import { AttemptLocks } from '../attempt-locks.ts'
import { functionFacts } from '../function-facts.ts'
import type { ActionWork } from '../load-work.ts'
import { RunLog } from '../run-log.ts'
import type { ActionDeps } from './action-deps.ts'
import { createActionHost } from './action-host.ts'
import { inDoubt, resultOf, resultOfError, timedOut } from './action-result.ts'
import type { SuspensionWatch } from './suspension-watch.ts'

interface Options {
  input: Uint8Array
  attempt: number
  /** When it aborts, the function is killed, and what it did stays done: its outcome is in doubt. */
  signal: AbortSignal
  /** Of the time since the caller has heard of us: once it has given up, the function does not begin. */
  watch: SuspensionWatch
}

/** Runs the function of an action to its end, or to its deadline. */
export async function runAction(
  deps: ActionDeps,
  call: ActionCall,
  { attempt, ...options }: Options,
): Promise<ActionResult> {
  const startedAt = performance.now()
  const { environment, id } = call
  const log = new RunLog(deps.logs, { environment, runId: id, attempt })
  log.add('info', `action '${call.action}' for connection '${call.connectionId}'`)
  const result = await untilEnd(deps, call, { ...options, attempt, log })
  const ms = performance.now() - startedAt
  const text = result.code === '' ? '' : `: ${result.code}: ${result.message}`
  log.end(result.code === '' ? 'info' : 'error', `ended after ${(ms / 1000).toFixed(1)} s${text}`)
  deps.events.actionEnded(call, result.code, ms)
  return result
}

async function untilEnd(
  deps: ActionDeps,
  call: ActionCall,
  { input, attempt, log, signal, watch }: Options & { log: RunLog },
): Promise<ActionResult> {
  const { environment, id, depth } = call
  const locks = new AttemptLocks(deps.locks, { environment, id, attempt, isAction: true })
  const deadline = new AbortController()
  const until = performance.now() + call.timeoutMs
  const timer = setTimeout(() => deadline.abort(new Error('its deadline has passed')), call.timeoutMs)
  const stopped = AbortSignal.any([signal, deadline.signal])
  try {
    const place = placeOf(deps, call)
    const work = await deps.loader.loadAction(place, call.action)
    const reuse = { tenant: call.environment, hash: work.action.bundle }
    using sandbox = await deps.sandboxes.take({ bundle: work.bundle, reuse })
    if (watch.wasSuspended) {
      throw new AppError('unavailable', 'its runner was suspended before the action began: it was not begun')
    }
    const outcome = await sandbox.run({
      input: inputOf(deps, call, work, input),
      host: createActionHost({ ...deps, place, integration: work.integration, locks, depth, log, until }),
      onLog: (level, text) => log.add(level, text),
      signal: stopped,
    })
    if (outcome.kind === 'failed' && outcome.error.stack) log.add('error', outcome.error.stack)
    if (outcome.kind === 'cancelled') {
      return deadline.signal.aborted ? timedOut(call.timeoutMs) : inDoubt('its runner was stopped')
    }
    return resultOf(outcome)
  } catch (error) {
    deps.events.actionFailed(call, error)
    return resultOfError(error)
  } finally {
    clearTimeout(timer)
    await locks.end()
  }
}

function placeOf({ loader }: ActionDeps, call: ActionCall): ConnectionPlace & { uid: string } {
  const { environment, providerConfigKey: integration, connectionId: connection, connectionUid: uid } = call
  const tried = call.triedConnection.length > 0 ? { tried: loader.tried(call.triedConnection) } : {}
  return { environment, integration, connection, uid, ...tried }
}

function inputOf(
  { loader }: ActionDeps,
  { id }: ActionCall,
  work: ActionWork,
  input: Uint8Array,
): ProgramInput {
  const facts = functionFacts(loader, work, id)
  if (work.action.event !== undefined) return { task: 'on-event', facts }
  return {
    task: 'action',
    facts,
    ...(input.length > 0 && { input: JSON.parse(Buffer.from(input).toString()) }),
  }
}
