import { expect, test } from 'vitest'
import { parseSyncName } from './sync-name.ts'

test.each([
  ['issues', { name: 'issues', variant: 'base' }],
  ['issues::team-a', { name: 'issues', variant: 'team-a' }],
  ['issues::base', { name: 'issues', variant: 'base' }],
  ['issues::a::b', { name: 'issues', variant: 'a' }],
  ['', { name: '', variant: 'base' }],
])('%j names %j', (text, expected) => {
  expect(parseSyncName(text)).toEqual(expected)
})
