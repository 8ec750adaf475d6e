import { AppError } from '@syncline/errors'
import { expect, test } from 'vitest'
import {
  AttemptReplaced,
  endOf,
  endOfError,
  endOfThrottled,
  RunCancelled,
  RunnerStopping,
  RunThrottled,
} from './outcome.ts'

test.each([
  ['timed_out', 'RUN_OUTCOME_TIMED_OUT'],
  ['cpu_limit', 'RUN_OUTCOME_CPU_LIMIT'],
  ['event_loop_blocked', 'RUN_OUTCOME_EVENT_LOOP_BLOCKED'],
  ['out_of_memory', 'RUN_OUTCOME_OUT_OF_MEMORY'],
  ['protocol_violation', 'RUN_OUTCOME_PROTOCOL_VIOLATION'],
  ['exited', 'RUN_OUTCOME_EXITED'],
  ['crashed', 'RUN_OUTCOME_CRASHED'],
  ['output_limit', 'RUN_OUTCOME_OUTPUT_LIMIT'],
] as const)('a sandbox that ended by %s ends the run as %s', (kind, outcome) => {
  expect(endOf({ kind, message: 'why' })).toEqual({ outcome, error: 'why' })
})

test('what the function threw ends the run, with its stack', () => {
  const error = { name: 'Error', message: 'no', stack: 'Error: no\n at x' }
  expect(endOf({ kind: 'failed', error })).toEqual({
    outcome: 'RUN_OUTCOME_FAILED',
    error: 'no',
    detail: error.stack,
  })
})

test('what its process wrote before it died goes with the end', () => {
  const end = endOf({ kind: 'crashed', message: 'why', stderr: 'FATAL' })
  expect(end).toEqual({ outcome: 'RUN_OUTCOME_CRASHED', error: 'why', detail: 'FATAL' })
})

test('an attempt that was taken over leaves the run to the other', () => {
  expect(endOfError(new AppError('fenced', 'taken'))).toEqual({ outcome: 'replaced', error: 'taken' })
  expect(endOfError(new AttemptReplaced('newer'))).toEqual({ outcome: 'replaced', error: 'newer' })
})

test.each([
  [new AppError('unavailable', 'away'), 'HAND_BACK_REASON_STORE_UNAVAILABLE'],
  [new RunnerStopping(), 'HAND_BACK_REASON_DRAINING'],
  [new Error('a sandbox did not start'), 'HAND_BACK_REASON_UNSPECIFIED'],
])('what may work later goes back to the scheduler: %s', (error, reason) => {
  const { message } = error
  expect(endOfError(error)).toEqual({ outcome: 'RUN_OUTCOME_HANDED_BACK', error: message, reason })
})

test('what is missing ends the run', () => {
  expect(endOfError(new AppError('unknown_connection', 'gone'))).toEqual({
    outcome: 'RUN_OUTCOME_FAILED',
    error: 'gone',
  })
})

test('a cancelled run says why', () => {
  expect(endOfError(new RunCancelled('reset'))).toEqual({ outcome: 'RUN_OUTCOME_CANCELLED', error: 'reset' })
})

test('a throttled run comes back a bit before its time', () => {
  const resumeAfter = (waitMs: number) =>
    endOfThrottled(new RunThrottled('429', 1_000_000 + waitMs), 1_000_000).resumeAt - 1_000_000
  expect(resumeAfter(600_000)).toBe(599_700)
  expect(resumeAfter(400)).toBe(200)
})
