import type { Integration, Provider } from '@syncline/catalog'
import { expect, test } from 'vitest'
import { findSettings, settingsOf } from './settings-of.ts'

const at = '2026-11-26T00:00:00.000Z'
const integration = (changes: Partial<Integration> = {}): Integration => ({
  environment: 'dev',
  key: 'gh',
  provider: 'github',
  displayName: 'GitHub',
  createdAt: at,
  updatedAt: at,
  ...changes,
})
const deployed = (baseUrl: string): Provider => ({
  environment: 'dev',
  name: 'github',
  displayName: 'x',
  docs: '',
  file: {},
  settings: { baseUrl, allowedHosts: [], auth: { type: 'basic' }, headers: { 'x-a': '1' } },
  deployedAt: at,
})
const catalog = (provider?: Provider) => ({ providers: { peek: () => provider } }) as never // nothing else of a catalog is asked

test('without settings of its own an integration has those of the provider', () => {
  expect(settingsOf(catalog(), integration())).toMatchObject({
    baseUrl: 'https://api.github.com',
    auth: { type: 'bearer' },
  })
})

test('a deployed provider wins, and what the integration sets itself wins over both', () => {
  const own = integration({ headers: { 'x-b': '2' }, exposeTokens: true })
  expect(settingsOf(catalog(deployed('https://ghe.example')), own)).toEqual({
    baseUrl: 'https://ghe.example',
    allowedHosts: [],
    auth: { type: 'basic' },
    headers: { 'x-b': '2' },
    exposeTokens: true,
  })
})

test('settings are computed once, and again when the provider or the integration changes', () => {
  const own = integration()
  const [before, after] = [deployed('https://a.example'), deployed('https://b.example')]
  const first = settingsOf(catalog(before), own)
  expect(settingsOf(catalog(before), own)).toBe(first)
  expect(settingsOf(catalog(after), own).baseUrl).toBe('https://b.example')
  expect(settingsOf(catalog(after), integration({ baseUrl: 'https://c.example' })).baseUrl).toBe(
    'https://c.example',
  )
})

test('without a provider the base URL of the integration is enough; without both there are no settings', () => {
  const unknown = integration({ provider: 'nobody' })
  expect(findSettings(catalog(), unknown)).toBeUndefined()
  expect(() => settingsOf(catalog(), unknown)).toThrow("integration 'gh' has no base_url")
  expect(settingsOf(catalog(), { ...unknown, baseUrl: 'https://x.example' })).toEqual({
    baseUrl: 'https://x.example',
    allowedHosts: [],
    auth: { type: 'none' },
    headers: {},
  })
})
