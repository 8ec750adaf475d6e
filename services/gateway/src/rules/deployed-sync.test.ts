import { expect, test } from 'vitest'
import { deployedSync, type PlannedSync } from './deployed-sync.ts'

const planned: PlannedSync = {
  environment: 'dev',
  integration: 'github',
  name: 'issues',
  description: '',
  models: ['Issue'],
  frequency: 'every hour',
  autoStart: true,
  trackDeletes: false,
  retries: 0,
  overlap: 'skip',
  bundle: 'a',
}
const first = deployedSync(undefined, planned, 'then')

test('a first deployment has version 1', () => {
  expect(first).toEqual({ ...planned, version: '1', deployedAt: 'then' })
})

test('the same again changes nothing', () => {
  expect(deployedSync(first, planned, 'now')).toBe(first)
})

test('a new bundle counts the version on', () => {
  expect(deployedSync(first, { ...planned, bundle: 'b' }, 'now')).toMatchObject({
    version: '2',
    deployedAt: 'now',
  })
})

test('a new frequency keeps the version', () => {
  const next = deployedSync(first, { ...planned, frequency: 'every day' }, 'now')
  expect(next).toMatchObject({ version: '1', frequency: 'every day', deployedAt: 'now' })
})

test('other options for runs change only them', () => {
  const next = deployedSync(first, { ...planned, retries: 3, fresh: '2 hours' }, 'now')
  expect(next).toEqual({ ...first, retries: 3, fresh: '2 hours', deployedAt: 'now' })
  expect(deployedSync(next, { ...planned, retries: 3, fresh: '2 hours' }, 'later')).toBe(next)
  expect(deployedSync(next, planned, 'now')).toEqual({ ...first, deployedAt: 'now' })
})

test('a version that is given wins', () => {
  expect(deployedSync(first, { ...planned, version: '1.2.3' }, 'now').version).toBe('1.2.3')
})
