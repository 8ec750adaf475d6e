import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { verifyWebhook } from './verify-webhook.ts'

const key = Buffer.alloc(32, 7)
const secret = `whsec_${key.toString('base64')}`
const payload = '{"connection_id":"ünï"}'
const now = () => String(Math.floor(Date.now() / 1000))

function signed(timestamp = now(), body = payload, by = key) {
  const signature = createHmac('sha256', by).update(`msg_1.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}

test('a request signed as Standard Webhooks has it is accepted, with any kind of headers', async () => {
  const headers = signed()
  await verifyWebhook({ payload, headers, secret })
  await verifyWebhook({ payload: Buffer.from(payload), headers: new Headers(headers), secret })
  const upper = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
  )
  await verifyWebhook({ payload, headers: upper, secret })
  const two = `v1,${Buffer.alloc(32).toString('base64')} v2,x ${headers['webhook-signature']}`
  await verifyWebhook({ payload, headers: { ...headers, 'webhook-signature': two }, secret })
})

test.each([
  ['another body', { payload: `${payload} `, headers: signed() }],
  ['another secret', { headers: signed(now(), payload, Buffer.alloc(32, 8)) }],
  ['another id', { headers: { ...signed(), 'webhook-id': 'msg_2' } }],
  ['no id', { headers: { ...signed(), 'webhook-id': undefined } }],
  ['an old time', { headers: signed(String(Number(now()) - 301)) }],
  ['a time to come', { headers: signed(String(Number(now()) + 302)) }],
  ['a time that is none', { headers: signed('soon') }],
  ['a signature that is no base64', { headers: { ...signed(), 'webhook-signature': 'v1,%%' } }],
  ['no signature', { headers: {} }],
])('a request with %s is refused', async (_, request) => {
  await expect(verifyWebhook({ payload, secret, ...request })).rejects.toMatchObject({
    name: 'WebhookVerificationError',
  })
})

test('X-Nango-Hmac-Sha256 is the HMAC of the body in hex', async () => {
  const hmac = createHmac('sha256', 'the key').update(payload).digest('hex')
  await verifyWebhook({ payload, headers: { 'X-Nango-Hmac-Sha256': hmac }, secret: 'the key' })
  for (const wrong of [hmac.replace(/^./, (digit) => (digit === '0' ? '1' : '0')), 'zz', hmac.slice(2)]) {
    const headers = { 'x-nango-hmac-sha256': wrong }
    await expect(verifyWebhook({ payload, headers, secret: 'the key' })).rejects.toThrow(
      'not that of the secret',
    )
  }
})

test('an empty secret is a mistake of the program', async () => {
  await expect(verifyWebhook({ payload, headers: signed(), secret: '' })).rejects.toBeInstanceOf(TypeError)
})
