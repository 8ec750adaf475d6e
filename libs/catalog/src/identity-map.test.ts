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

test('values come in the order of their identities, and go on behind any of them', () => {
  const map = filled()
  const inOrder = (prefix: string[], after?: string[]) => [...map.inOrder(prefix, after)]
  expect(inOrder(['dev'])).toEqual(['dev/github/a', 'dev/github/b', 'dev/gitlab/a'])
  map.set(['dev', 'github', 'aa'], 'dev/github/aa')
  map.set(['dev', 'asana', 'z'], 'dev/asana/z')
  map.delete(['dev', 'github', 'b'])
  const all = ['dev/asana/z', 'dev/github/a', 'dev/github/aa', 'dev/gitlab/a']
  expect(inOrder(['dev'])).toEqual(all)
  for (const [i, path] of all.entries()) {
    expect(inOrder(['dev'], path.split('/').slice(1))).toEqual(all.slice(i + 1))
  }
  expect(inOrder(['dev'], ['github', 'b'])).toEqual(['dev/gitlab/a'])
  expect(inOrder(['dev', 'github'], ['a'])).toEqual(['dev/github/aa'])
  expect(inOrder(['dev'], ['zendesk', 'a'])).toEqual([])
  expect(inOrder(['nothing'])).toEqual([])
})

test('an order survives any changes, also those while it is read', () => {
  const random = seeded(7)
  const map = new IdentityMap<string>({ nameOf: (part) => part.slice(1), partOf: (name) => `=${name}` })
  const present = new Set<string>()
  for (let round = 0; round < 2000; round++) {
    const name = String(Math.floor(random() * 300))
    if (random() < 0.6) present.add(name) && map.set(['x', `=${name}`], name)
    else present.delete(name) && map.delete(['x', `=${name}`])
    if (round % 50 === 0) expect([...map.inOrder(['x'])]).toEqual([...present].sort())
  }
  const seen = []
  for (const name of map.inOrder(['x'])) {
    seen.push(name)
    map.delete(['x', `=${name}`])
  }
  expect(seen).toEqual([...present].sort())
  expect([...map.inOrder(['x'])]).toEqual([])
})

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
