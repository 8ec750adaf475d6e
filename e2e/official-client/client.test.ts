import { createHash, createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Nango } from '@nangohq/node'
import { expect, test } from 'vitest'
import { CONNECTION, INTEGRATION, SYNC } from '../example-system.ts'
import './records-and-syncs.ts'
import './connections.ts'
import './proxy-and-functions.ts'
import { called, example, nango, refusal } from './world.ts'

// The client of the npm registry, unmodified. `docs/reference/compatibility.md` says of each of its methods whether it works.

test('signatures of webhooks are checked with webhookSigningKey, else with secretKey, never with apiKey', () => {
  const body = '{"a":1}'
  const hmac = (key: string) => ({
    'X-Nango-Hmac-Sha256': createHmac('sha256', key).update(body).digest('hex'),
  })
  expect(nango.verifyIncomingWebhookRequest(body, hmac(example.key))).toBe(true)
  expect(nango.verifyIncomingWebhookRequest(body, hmac('other'))).toBe(false)
  const hash = createHash('sha256').update(`${example.key}${body}`).digest('hex')
  expect(nango.verifyWebhookSignature(hash, JSON.parse(body))).toBe(true)
  const signing = new Nango({ secretKey: example.key, webhookSigningKey: 'signing' })
  expect(signing.verifyIncomingWebhookRequest(body, hmac('signing'))).toBe(true)
  expect(signing.verifyIncomingWebhookRequest(body, hmac(example.key))).toBe(false)
  expect(new Nango({ apiKey: example.key }).verifyIncomingWebhookRequest(body, hmac(example.key))).toBe(false)
})

test('what is not offered is a 404', async () => {
  expect(await refusal(nango.createConnectSession({} as never))).toBe(404)
  expect(
    await refusal(nango.createReconnectSession({ connection_id: CONNECTION, integration_id: INTEGRATION })),
  ).toBe(404)
  expect(await refusal(nango.createQuickstartIntegration({ provider: 'github' } as never))).toBe(404)
  expect(await refusal(nango.getProviderTemplates({ provider: 'github' }))).toBe(404)
  const one = { uniqueKey: INTEGRATION, name: SYNC } as never
  expect(await refusal(nango.listFunctions({ uniqueKey: INTEGRATION }))).toBe(404)
  expect(await refusal(nango.getFunction(one))).toBe(404)
  expect(await refusal(nango.getFunctionCode(one))).toBe(404)
  expect(await refusal(nango.deleteFunction(one, {} as never))).toBe(404)
})

// Last: it looks at what the others have called.
test('docs/reference/compatibility.md has each method once, and all of them were called', async () => {
  const path = join(import.meta.dirname, '../../docs/reference/compatibility.md')
  const rows = [...(await readFile(path, 'utf8')).matchAll(/^\| `(\w+)` \| ([a-z ]+) \|/gm)]
  const { _triggerAction, _verifyWebhookSignatureImpl, ...rest } = Object.getOwnPropertyDescriptors(
    Nango.prototype,
  )
  const privates = ['constructor', 'getConnectionDetails', 'enrichHeaders']
  const methods = Object.keys(rest).filter((name) => !privates.includes(name))
  expect(rows.map(([, name]) => name).sort()).toEqual(methods.sort())
  expect(methods.filter((name) => !called.has(name))).toEqual([])
})
