import type { ActionRecord } from '@syncline/proto'
import { expect, test } from 'vitest'
import { creationCallsAnswer } from './creation-calls-answer.ts'

const ended = (code: string, message: string): ActionRecord => {
  const nothing = Buffer.alloc(0)
  return {
    environment: 'dev',
    attempts: 1,
    result: { code, message, output: nothing, details: nothing, stored: false },
  }
}
const records: Record<string, Promise<ActionRecord | undefined>> = {
  done: Promise.resolve(ended('', '')),
  failed: Promise.resolve(ended('action_failed', 'no')),
  waiting: Promise.resolve(undefined),
  silent: new Promise(() => {}),
}
const calls = Object.keys(records).map((id) => ({ name: id, id }))
const answer = (createdAt: string) =>
  creationCallsAnswer(
    { record: async (id) => records[id] },
    // It needs no other field.
    { createdAt, creationCalls: { calls, isQueued: true } } as Parameters<typeof creationCallsAnswer>[1],
  )

test('how functions of a new connection stand, also while the store does not answer', async () => {
  expect((await answer(new Date().toISOString())).map(({ state, error }) => [state, error])).toEqual([
    ['done', null],
    ['failed', 'no'],
    ['waiting', null],
    ['unknown', null],
  ])
})

test('after a day nothing is known any more', async () => {
  expect(await answer(new Date(Date.now() - 25 * 3_600_000).toISOString())).toEqual([])
})
