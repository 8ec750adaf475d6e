const TOLERANCE_SECONDS = 5 * 60

export interface WebhookToVerify {
  /** The body as it came, before it is parsed: another spelling of the same JSON has another signature. */
  payload: string | Uint8Array
  /** In any case of letters. Of Node's, Express's and Fastify's requests, or a `Headers`. */
  headers: Headers | Record<string, string | string[] | undefined>
  /** `whsec_…` for requests signed as Standard Webhooks has it; the key itself for `X-Nango-Hmac-Sha256`. */
  secret: string
  /** How far the time of the request may be from now, against replays; 300 by default. */
  toleranceSeconds?: number
}

/** A request whose sender does not have the secret, that is too old, or that was changed on its way. Answer it with 401. */
export class WebhookVerificationError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'WebhookVerificationError'
  }
}

/**
 * Resolves if a request to your app was signed with the secret, and throws a `WebhookVerificationError` otherwise. It knows two
 * forms: that of Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`), with which Syncline asks your app for
 * tokens, and `X-Nango-Hmac-Sha256`. The second has no time: whoever has seen a request can send it again.
 *
 * An id may come twice, when the answer to its first request was lost: handle it once.
 *
 * @example
 * const server = createServer(async (request, response) => {
 *   const payload = Buffer.concat(await request.toArray())
 *   await verifyWebhook({ payload, headers: request.headers, secret: process.env.CALLBACK_SECRET })
 *   response.end(JSON.stringify(await answerTo(JSON.parse(String(payload)))))
 * })
 */
export async function verifyWebhook({
  payload,
  headers,
  secret,
  toleranceSeconds = TOLERANCE_SECONDS,
}: WebhookToVerify): Promise<void> {
  if (typeof secret !== 'string' || secret === '') throw new TypeError('secret is empty')
  const body = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload
  const signature = headerOf(headers, 'webhook-signature')
  if (signature !== undefined) {
    const id = headerOf(headers, 'webhook-id')
    const timestamp = headerOf(headers, 'webhook-timestamp')
    if (!id || !timestamp) throw new WebhookVerificationError('webhook-id or webhook-timestamp is missing')
    checkTime(timestamp, toleranceSeconds)
    const key = await hmacKey(decodeSecret(secret))
    const signed = joined(new TextEncoder().encode(`${id}.${timestamp}.`), body)
    // Several while a secret is replaced, with spaces between them.
    const candidates = signature.split(' ').filter((one) => one.startsWith('v1,'))
    for (const candidate of candidates) {
      const bytes = fromBase64(candidate.slice('v1,'.length))
      if (bytes && (await crypto.subtle.verify('HMAC', key, bytes, signed))) return
    }
    throw new WebhookVerificationError('no signature in webhook-signature is that of the secret')
  }
  const hmac = headerOf(headers, 'x-nango-hmac-sha256')
  if (hmac === undefined) throw new WebhookVerificationError('the request is not signed')
  const key = await hmacKey(new TextEncoder().encode(secret))
  const bytes = fromHex(hmac)
  // `verify` takes the same time for every wrong signature.
  if (bytes && (await crypto.subtle.verify('HMAC', key, bytes, new Uint8Array(body)))) return
  throw new WebhookVerificationError('X-Nango-Hmac-Sha256 is not that of the secret')
}

function checkTime(timestamp: string, toleranceSeconds: number): void {
  const seconds = /^\d{1,15}$/.test(timestamp) ? Number(timestamp) : Number.NaN
  const awayS = Math.abs(Date.now() / 1000 - seconds)
  if (awayS <= toleranceSeconds) return
  throw new WebhookVerificationError(
    `webhook-timestamp '${timestamp.slice(0, 20)}' is not within ${toleranceSeconds} s of now`,
  )
}

function headerOf(headers: WebhookToVerify['headers'], name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
  return Array.isArray(found) ? found.join(' ') : found
}

async function hmacKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
}

function decodeSecret(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64(secret.replace(/^whsec_/, ''))
  if (bytes === undefined || bytes.length === 0) throw new TypeError('secret is not whsec_ and base64')
  return bytes
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

function fromHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) return undefined
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
