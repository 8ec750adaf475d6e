import { expect, test } from 'vitest'
import { isBehind, scheduleCursor } from './schedule-position.ts'

const at = (text: string) => {
  const [integration = '', connection = '', sync = '', variant = ''] = text.split('/')
  return { integration, connection, sync, variant }
}

test('positions are ordered part by part, and the base schedule is the first of its sync', () => {
  const inOrder = ['a/b/c/base', 'a/b/c/a', 'a/b/c/z', 'a/b/d/base', 'a/ba/a/base', 'b/a/a/base'].map(at)
  for (const [i, one] of inOrder.entries()) {
    for (const [j, other] of inOrder.entries()) expect(isBehind(one, other)).toBe(i > j)
  }
})

test('a cursor gives its position back, and any other text is refused', () => {
  const position = { ...at('github/x/issues/base'), connection: '"\\/ü' }
  expect(scheduleCursor.decode(scheduleCursor.encode(position))).toEqual(position)
  for (const cursor of ['', 'x', 'W10', Buffer.from('["a","b","c"]').toString('base64url')]) {
    expect(() => scheduleCursor.decode(cursor)).toThrow(expect.objectContaining({ code: 'invalid_cursor' }))
  }
})
