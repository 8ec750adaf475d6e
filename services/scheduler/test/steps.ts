import { expect } from 'vitest'
import type { Definition } from '../src/schedules/definition.ts'
import { type Schedule, scheduleFrom, scheduleId } from '../src/schedules/schedule.ts'
import type { AttemptEnd, RunnerFacts, Taken } from '../src/store/run-store.ts'
import type { ScheduleStore } from '../src/store/schedule-store.ts'
import { ENVIRONMENT, HOUR_MS, type World } from './world.ts'

export type Instance = Awaited<ReturnType<World['instance']>>

export const LEASE_MS = 25_000
export const RUNNER: RunnerFacts = { id: 'host/1/one', sandbox: 'oswall', slots: 100, reservedSlots: 1 }

interface Facts {
  environment?: string
  integration?: string
  uid?: string
  sync?: string
  paused?: boolean
  /** Of the definition. */
  fields?: Record<string, string | number>
}

/** A schedule of every hour, whose first run waits unless it is paused. */
export async function create({ schedules }: Instance, facts: Facts = {}): Promise<string> {
  const { environment = ENVIRONMENT, integration = 'github', uid = 'uid', sync = 'issues' } = facts
  const fields = { frequency: 'every hour', interval_ms: HOUR_MS, fresh_ms: 2 * HOUR_MS, ...facts.fields }
  const { number } = await schedules.setDefinition({ environment, integration, sync }, fields, ['Issue'])
  const id = scheduleId(environment, uid, sync, 'base')
  const options = { variant: 'base', paused: facts.paused ?? false, times: [] }
  await schedules.create(number, [{ id, connection: `customer-${uid}`, uid, blocked: '' }], options)
  return id
}

export const scheduleOf = async (
  { state, schedules }: Instance,
  id: string,
): Promise<Schedule | undefined> => {
  const [fields, texts] = await state.ask((redis) =>
    Promise.all([redis.hgetall(state.key(`s:${id}`)), redis.hgetall(state.key(`t:${id}`))]),
  )
  if (fields.def === undefined) return undefined
  const definition = (await schedules.definition(fields.def)) as Definition
  return scheduleFrom(id, { ...fields, ...texts }, definition)
}

/** The active run of a schedule. */
export async function activeOf(instance: Instance, id: string) {
  const { active } = (await scheduleOf(instance, id)) ?? {}
  return active ? instance.runs.active(active) : undefined
}

export function takeAll(instance: Instance, runner = RUNNER): Promise<Taken[]> {
  return instance.runs.takeRuns(runner, runner.slots, 0)
}

/** Takes the run that is next, and expects it to be the one of this schedule. */
export async function take(instance: Instance, id: string, runner = RUNNER): Promise<Taken> {
  const [taken] = await instance.runs.takeRuns(runner, 1, 0)
  expect(taken?.run.startsWith(id)).toBe(true)
  return taken as Taken
}

const END: Omit<AttemptEnd, 'attempt'> = {
  outcome: 'SUCCESS',
  error: '',
  counts: [],
  lastLines: [],
  heldBack: false,
  hasBegun: true,
  resumeAt: 0,
  maxThrottledMs: 24 * HOUR_MS,
  handBack: '',
  version: '',
}

/** Returns '' or why the report was ignored. */
export async function end(
  { runs }: Instance,
  { run, attempt }: Pick<Taken, 'run' | 'attempt'>,
  more: Partial<AttemptEnd> = {},
): Promise<string> {
  const ended = await runs.endAttempt(run, { ...END, attempt, ...more })
  return 'fault' in ended ? expect.fail(ended.fault) : ended.ignored
}

export async function succeed(instance: Instance, id: string): Promise<void> {
  expect(await end(instance, await take(instance, id))).toBe('')
}

export function trigger({ schedules }: Instance, id: string, command: string, options = {}) {
  return triggerAll(schedules, [id], command, options)
}

export function triggerAll(schedules: ScheduleStore, ids: string[], command: string, options = {}) {
  const mode = { reset: false, emptyCache: false, withRuns: false, isPart: false }
  return schedules.trigger('dev', [{ id: command, ids, ...mode, ...options }])
}

/** Lets time pass in steps in which the instance works, so that it notices no gap. */
export async function pass(world: World, { ticker, clock }: Instance, ms: number): Promise<void> {
  const stepMs = world.config.runs.leaseMs / 4
  for (let passed = 0; passed < ms; passed += stepMs) {
    world.clock.advance(Math.min(stepMs, ms - passed))
    await clock.synchronize()
    await ticker.tick()
  }
}
