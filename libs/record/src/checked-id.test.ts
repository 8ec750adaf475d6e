import { expect, test } from 'vitest'
import { checkedId } from './checked-id.ts'

const check = (text: string) => {
  const bytes = Buffer.from(text)
  return checkedId(bytes, 0, bytes.length)
}

test.each([
  ['{"id":"a"}', 'a', false],
  ['{"id":7}', '7', true],
  ['{"id":-1.5e-7}', '-1.5e-7', true],
  [
    '{"a":[],"b":{},"c":[1,[2,{"d":null}],true,false],"id":"é 😀","z":{"id":1,"_nango_metadata":2}}',
    'é 😀',
    false,
  ],
  ['{"id":"a\\"\\\\\\b\\f\\n\\r\\tb","x":"\\u0000\\u001f"}', 'a"\\\b\f\n\r\tb', false],
  ['{"id":"a\\u0000b"}', 'ab', false],
  ['{"":0,"id":"x","n":[0,-0.5,1e+21,12.25]}', 'x', false],
])('%s is a record', (text, id, isNumber) => {
  expect(check(text)).toEqual({ id, isNumber })
})

test.each([
  '',
  '{}',
  '[]',
  '"id"',
  'null',
  '{"a":1}',
  '{"id":null}',
  '{"id":true}',
  '{"id":[1]}',
  '{"id":{"a":1}}',
  '{"id":""}',
  '{"id":"\\u0000"}',
  '{"id":9007199254740992}',
  '{"id":1e400}',
  '{"id":"a","id":"b"}',
  '{"i\\u0064":"a"}',
  '{"_nango_metadata":1,"id":"a"}',
  ' {"id":"a"}',
  '{"id":"a"} ',
  '{"id": "a"}',
  '{"id":"a"}{}',
  '{"id":"a",}',
  '{"id":"a"',
  '{"id":"a',
  '{"id"',
  '{"id":}',
  '{"id":"a","b"}',
  '{"id":"a",1:2}',
  '{"id":"a","b":[1,]}',
  '{"id":"a","b":[1}',
  '{"id":"a","b":{]}',
  '{"id":"a","b":01}',
  '{"id":"a","b":-}',
  '{"id":"a","b":1.}',
  '{"id":"a","b":.5}',
  '{"id":"a","b":1e}',
  '{"id":"a","b":+1}',
  '{"id":"a","b":nul}',
  '{"id":"a","b":nulls}',
  '{"id":"a","b":NaN}',
  '{"id":"a","b":"\n"}',
  '{"id":"a","b":"\\x"}',
  '{"id":"a","b":"\\/"}',
  '{"id":"a","b":"\\u0041"}',
  '{"id":"a","b":"\\ud83d"}',
  '{"id":"a","b":"\\u001F"}',
  '{"id":"a","b":"\\u00"}',
  '{"id":"a","b":"\\',
  "{'id':'a'}",
  `{"id":"${'x'.repeat(5000)}"}`,
])('%j is none', (text) => {
  expect(check(text)).toBeUndefined()
})

test('what is cut anywhere is no record, and bytes of the next one do not make it one', () => {
  const text = '{"a":[{"b":"x\\ny"},1.5,null],"id":"é","z":true}'
  const bytes = Buffer.from(text + text)
  for (let end = 0; end < bytes.length; end++) {
    expect(checkedId(bytes, 0, end) !== undefined).toBe(end === bytes.length / 2)
  }
})

test('500 levels are taken, and two million are refused at once', () => {
  const nested = (levels: number) => `{"id":1,"in":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
  expect(check(nested(501))).toMatchObject({ id: '1' }) // the innermost list is empty
  expect(check(nested(502))).toBeUndefined()
  expect(check(nested(2_000_000))).toBeUndefined()
})
