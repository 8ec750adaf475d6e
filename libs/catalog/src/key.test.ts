import { expect, test } from 'vitest'
import { encodeKey } from './key.ts'

test('plain parts stay readable', () => {
  expect(encodeKey(['connection', 'dev', 'github', 'user-1'])).toBe('connection.dev.github.user-1')
})

test('parts with other characters are legal in a bucket and never meet plain ones', () => {
  const key = encodeKey(['connection', 'dev', 'a.b', 'user@host/1 $'])
  expect(key).toMatch(/^[-/_=.a-zA-Z0-9]+$/)
  expect(key.split('.')).toHaveLength(4)
  expect(encodeKey(['=YS5i'])).not.toBe(encodeKey(['a.b']))
})
