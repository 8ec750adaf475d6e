import { expect, test } from 'vitest'
import { shellQuoted } from './shell-quoted.ts'

test.each([
  ['user-1', 'user-1'],
  ['a@b.c', 'a@b.c'],
  ['', "''"],
  ['a b', "'a b'"],
  ["it's; $HOME", String.raw`'it'\''s; $HOME'`],
])('%s is %s', (text, quoted) => {
  expect(shellQuoted(text)).toBe(quoted)
})
