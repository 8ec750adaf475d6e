import { expect, test } from 'vitest'
import { decodeBody } from './decode-body.ts'

const json = 'application/json; charset=utf-8'

test.each([
  ['{"a":1}', json, { a: 1 }],
  ['{"a":1}', 'text/plain', { a: 1 }],
  ['{"a":1}', undefined, { a: 1 }],
  ['<p>', 'text/html', '<p>'],
  ['<p>', undefined, '<p>'],
  ['', json, ''],
  [' \n', json, ' \n'],
  ['{"id":9007199254740993}', 'text/plain', { id: '9007199254740993' }],
])('%j as %s', (text, type, data) => {
  expect(decodeBody({ text }, type)).toEqual({ data })
})

test.each([
  'application/json',
  'Application/JSON;charset=utf-8',
  'application/problem+json',
  'text/json',
  'application/vnd.api+json; x=y',
])('what says that it is %s and is not is a fault that shows its beginning', (type) => {
  const text = `{"items":[{"v":NaN}],${'x'.repeat(300)}`
  const { data, fault } = decodeBody({ text }, type)
  expect(data).toBe(text)
  expect(fault).toBe(
    `the answer says that it is JSON (${type}), but it is not: ${JSON.stringify(text.slice(0, 200))}…`,
  )
})

test.each(['application/jsonlines', 'application/x-ndjson', 'text/html', 'application/json-seq'])(
  '%s is no JSON',
  (type) => {
    expect(decodeBody({ text: '{}\n{}' }, type)).toEqual({ data: '{}\n{}' })
  },
)

test('a function that wants text or bytes gets them, whatever they say that they are', () => {
  expect(decodeBody({ text: '{' }, json, 'text')).toEqual({ data: '{' })
  expect(decodeBody({ base64: 'ew==' }, json, 'arraybuffer')).toEqual({ data: Buffer.from('{') })
})

test('JSON that is nested too deeply to keep its integers is a fault', () => {
  const text = `${'['.repeat(100_000)}9007199254740993${']'.repeat(100_000)}`
  expect(decodeBody({ text }, json).fault).toContain('it is nested too deeply')
})
