import { expect, test } from 'vitest'
import { pathText, readPath } from './path.ts'

test.each([
  ['github/issues', { integration: 'github', name: 'issues', variant: 'base' }],
  ['my api/issues::team-a', { integration: 'my api', name: 'issues', variant: 'team-a' }],
])('%s is read and written again', (text, path) => {
  expect(readPath(text)).toEqual(path)
  expect(pathText(path).replaceAll("'", '')).toBe(text)
})

test.each(['issues', 'github/', '/issues', 'a/b/c', 'github/issues::', 'github/a:b'])(
  '%s is refused',
  (text) => {
    expect(() => readPath(text)).toThrow('Give it with its integration')
  },
)
