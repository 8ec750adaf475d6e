import { expect, test } from 'vitest'
import { checkSameOrigin } from './same-origin.ts'

const check = (headers: Record<string, string>) => () =>
  checkSameOrigin({ raw: { headers }, host: 'sync.acme.test:3003' })

test.each([
  {},
  { 'sec-fetch-site': 'same-origin', origin: 'https://sync.acme.test:3003' },
  { 'sec-fetch-site': 'none' },
  { origin: 'http://sync.acme.test:3003' },
])('%o is of the own site', (headers) => {
  expect(check(headers as Record<string, string>)).not.toThrow()
})

test.each([
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site', origin: 'http://sync.acme.test:3003' },
  { 'sec-fetch-site': '' },
  { origin: 'http://sync.acme.test' },
  { origin: 'http://sync.acme.test:3003.evil.test' },
  { origin: 'https://evil.test' },
  { origin: 'null' },
  { origin: 'sync.acme.test:3003' },
])('%o is of another site', (headers) => {
  expect(check(headers as Record<string, string>)).toThrow(/another site/)
})
