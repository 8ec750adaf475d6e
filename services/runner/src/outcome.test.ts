import { AppError } from '@syncline/errors'
import { expect, test } from 'vitest'
import { endOf, endOfError, endOfThrottled, RunCancelled, RunThrottled } from './outcome.ts'

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
  expect(endOfError(new AppError('fenced', 'taken'))).toMatchObject({ outcome: 'left', again: false })
})

test('what may work later is left to another attempt; what is missing is not', () => {
  expect(endOfError(new AppError('unavailable', 'away'))).toMatchObject({ outcome: 'left', again: true })
  expect(endOfError(new Error('NATS: timeout'))).toMatchObject({ outcome: 'left', again: true })
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
