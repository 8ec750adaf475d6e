import { expect, test } from 'vitest'
import { cutText } from './cut-text.ts'

test('a short text stays, a long one is cut', () => {
  expect(cutText('short')).toBe('short')
  expect(cutText('x'.repeat(1_000_000), 5)).toBe('xxxxx…')
})

test('no character is cut in two', () => {
  expect(cutText('abc😀def', 4)).toBe('abc…')
  expect(cutText('abc😀def', 5)).toBe('abc😀…')
})
