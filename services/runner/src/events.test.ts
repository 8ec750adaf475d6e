import { RunOutcome } from '@syncline/proto'
import { createLog } from '@syncline/service'
import { expect, test } from 'vitest'
import type { Attempt } from './attempt.ts'
import { createEvents } from './events.ts'

function written(work: (events: ReturnType<typeof createEvents>) => void): { [field: string]: unknown }[] {
  const lines: string[] = []
  work(createEvents(createLog('runner', 'info', { write: (line: string) => void lines.push(line) })))
  return lines.map((line) => JSON.parse(line))
}

const attempt = { environment: 'dev', runId: 'r', attempt: 1, sync: 'issues' } as Attempt // all that is logged

test('the line of a run that failed has the reason, and not more than the beginning of it', () => {
  const error = `no scope ${'x'.repeat(10_000)}`
  const [line] = written((events) =>
    events.attemptEnded(attempt, { outcome: RunOutcome.FAILED, error }, 12.3),
  )
  expect(line).toMatchObject({ run: 'r', outcome: 'RUN_OUTCOME_FAILED', ms: 12 })
  expect(line?.reason).toMatch(/^no scope x{400,}/)
  expect(String(line?.reason).length).toBeLessThan(600)
})

test('a scheduler that is away for a while is one line, and one when it is back', () => {
  const lines = written((events) => {
    for (let n = 0; n < 5; n++) events.takeFailed(new Error('away'))
    for (let n = 0; n < 5; n++) events.taken(0)
  })
  expect(lines.map(({ msg }) => msg)).toEqual([
    'no run can be taken: the scheduler does not answer',
    'the scheduler answers again',
  ])
})
