import { expect } from 'vitest'
import { fenceOf } from '../src/run.ts'
import { scheduleId } from '../src/schedule.ts'
import { nextSlot } from '../src/slots.ts'
import type { NewSchedule, Store } from '../src/store.ts'
import { ENVIRONMENT, HOUR_MS, type World } from './world.ts'

export const LEASE_MS = 30_000

export function newSchedule(
  world: World,
  facts: Partial<NewSchedule> = {},
  environment = ENVIRONMENT,
): NewSchedule {
  const sync = facts.sync ?? 'issues'
  const id = scheduleId(environment, 'uid', sync, 'base')
  return {
    id,
    integration: 'github',
    connection: 'customer',
    uid: 'uid',
    sync,
    variant: 'base',
    models: ['Issue'],
    state: 'STARTED',
    blocked: '',
    default: 'every hour',
    nextAt: nextSlot(id, { kind: 'every', ms: HOUR_MS }, world.clock.now),
    command: '',
    ...facts,
  }
}

export async function create(
  world: World,
  store: Store,
  facts: Partial<NewSchedule> = {},
  environment = ENVIRONMENT,
) {
  const schedule = newSchedule(world, facts, environment)
  await store.createSchedule(environment, schedule)
  return schedule.id
}

export async function take(store: Store, run: string, throttles = 0) {
  const started = await store.startAttempt(ENVIRONMENT, run, {
    throttles,
    runner: 'r',
    sandbox: 'oswall',
    leaseMs: LEASE_MS,
    maxAttempts: 5,
  })
  if (started.kind !== 'started') throw new Error(`not started: ${JSON.stringify(started)}`)
  const { number, attempt } = started.run
  return { attempt, fence: fenceOf(number, attempt) }
}

export function end(world: World, store: Store, run: string, attempt: number, outcome: 'SUCCESS' | 'FAILED') {
  return store.settle(ENVIRONMENT, run, {
    attempt,
    outcome,
    error: '',
    counts: [],
    finishedAt: world.clock.now,
    lastLines: [],
  })
}

export async function succeed(world: World, store: Store, id: string) {
  const run = (await store.schedule(ENVIRONMENT, id))?.active ?? ''
  const { attempt } = await take(store, run)
  expect(await end(world, store, run, attempt, 'SUCCESS')).toBe('')
}

export function trigger(
  store: Store,
  id: string,
  command: string,
  options = { reset: false, emptyCache: false },
) {
  return store.trigger(ENVIRONMENT, id, command, options)
}
