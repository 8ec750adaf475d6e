import { createRoutes } from '@syncline/api'
import { AppError } from '@syncline/errors'
import { expect, test } from 'vitest'
import { Answer } from './answer.ts'
import { InvalidRequest } from './invalid-request.ts'
import { type Ended, keptAnswer, keptError, replayed } from './kept-answer.ts'

const { triggerSyncs, createConnection } = createRoutes({ records: 500 })
const again = ({ status, answer }: Ended) => replayed(answer && JSON.parse(JSON.stringify(answer)), status)

test('an answer is given again with its status, body and headers', () => {
  const answer = new Answer(202, { command_id: 'c' }, { 'preference-applied': 'x' })
  expect(again(keptAnswer(triggerSyncs, 200, answer))).toEqual(answer)
  expect(again(keptAnswer(createConnection, 200, { id: 1 }))).toEqual(new Answer(201, { id: 1 }))
  expect(again(keptAnswer(triggerSyncs, 200, undefined))).toEqual(new Answer(200, undefined))
})

test('an error is thrown again, with its fields', () => {
  const issues = [{ code: 'custom', message: 'wrong', path: ['a'] }]
  const error = new InvalidRequest('invalid_body', 'a: wrong', issues)
  expect(() => again(keptError(error))).toThrow(error)
  expect(() => again(keptError(new AppError('not_found', 'none')))).toThrow('none')
})

test.each([
  ['larger than 1 MiB', { text: 'x'.repeat(1024 * 1024) }],
  ['sent piece by piece', new ReadableStream()],
])('an answer that is %s is not kept, and that is said', (_, body) => {
  const kept = keptAnswer(triggerSyncs, 200, body)
  expect(kept).toEqual({ status: 200, answer: undefined })
  expect(() => again(kept)).toThrow('carried out and answered with 200')
})
