import { AppError } from '@syncline/errors'
import { type Redis, type Script, script } from '@syncline/redis'

const at = (name: string) => new URL(`./scripts/${name}.lua`, import.meta.url)
const load = (name: string): Script => script(at(name), at('prelude'))

/** Every change of a schedule or a run is one of these. */
export const scripts = {
  createSchedule: load('create-schedule'),
  removeSchedule: load('remove-schedule'),
  setDeployed: load('set-deployed'),
  claim: load('claim'),
  startAttempt: load('start-attempt'),
  heartbeat: load('heartbeat'),
  saveCheckpoint: load('save-checkpoint'),
  settle: load('settle'),
  trigger: load('trigger'),
  start: load('start'),
  pause: load('pause'),
  setFrequency: load('set-frequency'),
}

/** A server that is starting, or is being replaced, says so in the first word of its reply. */
const PASSING = new Set(['LOADING', 'READONLY', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'BUSY', 'OOM'])

/** What `work` gets from Redis; `unavailable` when that is away. */
export async function ask<T>(redis: Redis, work: (redis: Redis) => Promise<T>): Promise<T> {
  try {
    return await work(redis)
  } catch (cause) {
    const replied = cause instanceof Error && cause.name === 'ReplyError'
    if (replied && !PASSING.has(cause.message.split(' ')[0] ?? '')) throw cause
    throw new AppError('unavailable', 'Redis does not answer', { cause })
  }
}
