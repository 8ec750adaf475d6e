import { expect, test } from 'vitest'
import { nextVersion } from './next-version.ts'

test.each([
  ['1', '2'],
  ['9', '10'],
  ['0.0.1', '0.0.2'],
  ['1.4.9', '1.4.10'],
])('after %s comes %s', (present, next) => {
  expect(nextVersion(present)).toBe(next)
})
