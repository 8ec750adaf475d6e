import type { AppError } from '@syncline/errors'
import { expect, test } from 'vitest'
import { decodeCursor, encodeCursor } from './cursor.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

test('a cursor is the base64 of instant and id', () => {
  const key = { modifiedAt: Date.parse('2024-01-15T10:31:00.000Z'), id: '1234567' }
  const cursor = 'MjAyNC0wMS0xNVQxMDozMTowMC4wMDBafHwxMjM0NTY3'
  expect(encodeCursor(key)).toBe(cursor)
  expect(decodeCursor(cursor)).toEqual(key)
})

test.each(['a||b', '👩‍🚀', ' ', "'\\ \n", 'ÿþ?>', '中'.repeat(1024)])('the id %j comes back', (id) => {
  const key = { modifiedAt: 1_700_000_000_123, id }
  expect(decodeCursor(encodeCursor(key))).toEqual(key)
  expect(decodeCursor(Buffer.from(encodeCursor(key), 'base64').toString('base64url'))).toEqual(key)
})

test.each([
  ['', 'nothing'],
  ['!!!', 'no base64'],
  [base64('2024-01-15T10:31:00.000Z'), 'no id'],
  [base64('2024-01-15T10:31:00.000Z||'), 'an empty id'],
  [base64('||a'), 'no instant'],
  [base64('yesterday||a'), 'no instant'],
  [base64('2024-13-45T10:31:00.000Z||a'), 'an impossible instant'],
  ['MjAyNC0wMS0xNVQxMDozMTowMC4wMDBafHwxMjM0NTY3*', 'garbage at its end'],
  ['MjAyNC0wMS0xNVQxMDozMTow', 'cut short'],
  [base64('at 2024-01-15T10:31:00.000Z||a'), 'more than an instant before it'],
  [base64('2024-01-15T10:31:00.000Z or so||a'), 'more than an instant after it'],
])('%s is refused: %s', (cursor) => {
  expect(() => decodeCursor(cursor)).toThrow(
    expect.objectContaining({
      code: 'invalid_cursor',
      message: expect.stringContaining(`'${cursor}'`),
    }) as AppError,
  )
})

test('a cursor may be written in base64url: every sign of it comes back', () => {
  const key = { modifiedAt: 1_700_000_000_123, id: '~~~???>>>' }
  const url = Buffer.from(encodeCursor(key), 'base64').toString('base64url')
  expect(url).toMatch(/[-_].*[-_]/)
  expect(decodeCursor(url)).toEqual(key)
})

test('an instant may come without milliseconds', () => {
  expect(decodeCursor(base64('2024-01-15T10:31:00Z||a')).modifiedAt).toBe(Date.parse('2024-01-15T10:31:00Z'))
})

test('what is longer than any cursor is refused, and not repeated in full', () => {
  const attempt = () => decodeCursor(encodeCursor({ modifiedAt: 0, id: 'a'.repeat(5000) }))
  expect(attempt).toThrow(/^'.{200}' is not a cursor/)
})
