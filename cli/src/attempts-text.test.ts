import { expect, test } from 'vitest'
import { attemptsText } from './attempts-text.ts'

const base = {
  ...{ attempt: 1, runner: 'host/1/a', sandbox: 'oswall', started_at: '2026-11-26T10:30:00.000Z' },
  ...{ version: null, bundle: null, error: null, checkpoint: null, position: null, calls: [], batches: [] },
}

test('an attempt is shown with its parts, calls, batches and the line that threw', () => {
  const text = attemptsText([
    {
      ...base,
      ...{ ended_at: '2026-11-26T10:30:04.000Z', outcome: 'failed', version: '1.0.0' },
      phases: { queued_ms: 12, begin_ms: 35, function_ms: 3810, saves_ms: 95, settle_ms: 0 },
      calls: [
        { host: 'a.io', status: 200, count: 12, retries: 1, wait_ms: 1000, total_ms: 2100, max_ms: 310 },
        { host: 'a.io', status: null, count: 1, retries: 0, wait_ms: 0, total_ms: 5, max_ms: 5 },
      ],
      batches: [{ model: 'Issue', calls: 2, records: 120, bytes: 91_000, ms: 95 }],
      checkpoint: { before: null, after: { page: 3 } },
      position: {
        ...{ file: 'issues.ts', line: 10, column: 11 },
        source: [
          { line: 9, text: 'if (none)' },
          { line: 10, text: '  throw none' },
        ],
      },
    },
  ])
  expect(text).toBe(`attempt 1   failed
runner      host/1/a, sandbox oswall
version     1.0.0
began       2026-11-26T10:30:00.000Z
took        queued 12 ms, begin 35 ms, function 3.8 s, saves 95 ms, settle 0 ms
checkpoint  null → {"page":3}
thrown at   issues.ts:10:11

   9  if (none)
> 10    throw none

HOST  STATUS     CALLS  RETRIES  WAITED  TOOK   SLOWEST
a.io  200        12     1        1.0 s   2.1 s  310 ms
a.io  no answer  1      0        0 ms    5 ms   5 ms

MODEL  CALLS  RECORDS  BYTES  TOOK
Issue  2      120      91000  95 ms`)
})

test('one that goes on has no parts yet', () => {
  const phases = { queued_ms: 0, begin_ms: 0, function_ms: 0, saves_ms: 0, settle_ms: 0 }
  expect(attemptsText([{ ...base, ended_at: null, outcome: null, phases }])).toBe(`attempt 1  goes on
runner     host/1/a, sandbox oswall
began      2026-11-26T10:30:00.000Z`)
})
