import { expect, test } from 'vitest'
import { shellLine } from './shell-line.ts'

test('a word that a shell would read in another way is quoted', () => {
  expect(shellLine(['syncline', 'why', 'github/issues', "o'neil $HOME"])).toBe(
    "syncline why github/issues 'o'\\''neil $HOME'",
  )
  expect(shellLine(['', '--x=1'])).toBe("'' --x=1")
})
