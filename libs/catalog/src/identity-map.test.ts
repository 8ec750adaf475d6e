import { expect, test } from 'vitest'
import { IdentityMap } from './identity-map.ts'

function filled(): IdentityMap<string> {
  const map = new IdentityMap<string>()
  for (const path of ['dev/github/a', 'dev/github/b', 'dev/gitlab/a', 'devel/github/a', 'prod/github/a'])
    map.set(path.split('/'), path)
  return map
}

test('a value is found by its whole identity only', () => {
  const map = filled()
  expect(map.get(['dev', 'github', 'a'])).toBe('dev/github/a')
  expect(map.get(['dev', 'github'])).toBeUndefined()
  expect(map.get(['dev', 'github', 'a', 'x'])).toBeUndefined()
})

test('a prefix finds what lies under it, part by part', () => {
  const map = filled()
  expect([...map.under(['dev'])]).toEqual(['dev/github/a', 'dev/github/b', 'dev/gitlab/a'])
  expect([...map.under(['dev', 'github'])]).toEqual(['dev/github/a', 'dev/github/b'])
  expect([...map.under(['dev', 'github', 'b'])]).toEqual(['dev/github/b'])
  expect([...map.under(['de'])]).toEqual([])
  expect([...map.under([])]).toHaveLength(5)
})

test('what is deleted is gone, and what lies beside and under it stays', () => {
  const map = filled()
  map.set(['dev', 'github'], 'dev/github')
  map.delete(['dev', 'github'])
  map.delete(['dev', 'github', 'a'])
  map.delete(['dev', 'nothing'])
  expect([...map.under(['dev'])]).toEqual(['dev/github/b', 'dev/gitlab/a'])
})
