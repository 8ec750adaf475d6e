import { Run, RunOutcome, RunState, Schedule, SkippedSlots, StaleReason } from '@syncline/proto'
import { expect, test } from 'vitest'
import { violations } from './invariants.ts'
import type { Observed, Quiet } from './observed.ts'
import type { RunEvent } from './run-events.ts'

// The chaos proof is worth what these find.

const T = 1_800_000_000_000
const quiet: Quiet = { backJumpsMs: [], overdueMs: 0, jumps: 0, sinceMs: T + 2500, nowMs: T + 4000 }
const run = (n: number) => `abc-${100 + n}`
const lastRun = (n: number) =>
  Run.fromPartial({ id: run(n), state: RunState.ENDED, cause: 'schedule', outcome: RunOutcome.SUCCESS })

const started = (n: number, attempt = 1): RunEvent => ({
  type: 'run.started',
  schedule: 'abc',
  run: run(n),
  attempt,
  cause: 'schedule',
  outcome: '',
  error: '',
  requestedAtMs: 0,
})
const ended = (n: number, attempt = 1, outcome = 'success'): RunEvent => ({
  ...started(n, attempt),
  type: 'run.ended',
  outcome,
  requestedAtMs: T + n * 1000,
})
const saved = (n: number, execution: string) => ({
  kind: 'saved' as const,
  schedule: 'dev/every-1s/c1',
  n,
  run: '1',
  execution,
})

/** Three slots: run 1, one that is skipped, run 3. */
const sound: Observed = {
  name: 'dev/every-1s/c1',
  intervalMs: 1000,
  effects: [saved(1, 'a'), saved(2, 'b')],
  before: Schedule.fromPartial({ nextAtMs: T + 1000, skippedSlots: 4, lastRun: lastRun(0) }),
  after: Schedule.fromPartial({
    nextAtMs: T + 4000,
    skippedSlots: 5,
    lastRun: lastRun(3),
    checkpoint: '{"total":2}',
  }),
  skipped: [SkippedSlots.fromPartial({ count: 5, reason: StaleReason.OVERLAP })],
  events: [started(1), ended(1), started(3), ended(3)],
  ids: [1, 2],
}

test('of a schedule that does as it should, nothing is found', () => {
  expect(violations(sound, quiet)).toEqual([])
})

test.each([
  ['were skipped', 3600 + 5],
  ['were not, as no scheduler worked then', 5],
])('slots in a jump ahead that came again after the jump back: %s', (_, skippedSlots) => {
  const observed = {
    ...sound,
    after: { ...sound.after, skippedSlots },
    skipped: [SkippedSlots.fromPartial({ count: skippedSlots, reason: StaleReason.OVERLAP })],
  }
  const jumped = { ...quiet, backJumpsMs: [3600_000], jumps: 2 }
  expect(violations(observed, jumped)).toEqual([])
  const lost = { ...observed, after: { ...observed.after, skippedSlots: skippedSlots - 100 } }
  expect(violations(lost, jumped).join('\n')).toMatch(/are missing/)
})

test.each<[string, Partial<Observed>, RegExp]>([
  [
    'a slot that became nothing',
    { after: { ...sound.after, skippedSlots: 4 } },
    /of 3 slots 2 .*: 1 are missing/,
  ],
  [
    'a slot that ran twice',
    { events: [started(1), ended(1), started(2), ended(2), started(3), ended(3)] },
    /: -1 are missing/,
  ],
  [
    'a skipped slot without a reason',
    { skipped: [SkippedSlots.fromPartial({ count: 5 })] },
    /without a reason/,
  ],
  [
    'runs that overlap',
    { events: [started(1), started(3), ended(1), ended(3)] },
    /abc-103 started before abc-101 ended/,
  ],
  [
    'a run that ends twice',
    { events: [started(1), ended(1), ended(1), started(3), ended(3)] },
    /ended twice/,
  ],
  [
    'an attempt that is missing',
    { events: [started(1), started(1, 3), ended(1, 3), started(3), ended(3)] },
    /attempts 1, 3/,
  ],
  [
    'an end by an attempt that was replaced',
    { events: [started(1), started(1, 2), ended(1, 1), started(3), ended(3)] },
    /ended by attempt 1, the last was 2/,
  ],
  [
    'a second attempt in quiet times',
    { events: [started(1), ended(1), started(3), started(3, 2), ended(3, 2)] },
    /attempt 2 without any fault/,
  ],
  [
    'a lost run',
    { events: [started(1), ended(1, 1, 'lost'), started(3), ended(3)] },
    /was lost after 1 attempts/,
  ],
  [
    'a checkpoint of two executions',
    { effects: [saved(1, 'a'), saved(2, 'a'), saved(2, 'b')] },
    /checkpoint 2 was acknowledged to two/,
  ],
  ['a record that is missing', { ids: [2] }, /of 2 records 1 are missing: 1/],
  [
    'a checkpoint that went back',
    { effects: [saved(1, 'a'), saved(2, 'a'), saved(3, 'a')] },
    /checkpoint 3 was acknowledged, and 2 is stored/,
  ],
  [
    'a schedule that does not go on',
    { events: [started(1), ended(1), started(3)] },
    /no run succeeded since/,
  ],
])('%s is found', (_, change, message) => {
  expect(violations({ ...sound, ...change }, quiet).join('\n')).toMatch(message)
})
