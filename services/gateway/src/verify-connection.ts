import type { ApiSettings, Verify } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import {
  accessTo,
  type Caller,
  type ConnectionPlace,
  type EgressAnswer,
  fillTemplate,
  fillUrl,
  secretsOf,
} from '@syncline/outgoing'
import { alternativesIn } from '@syncline/providers'
import { get } from 'es-toolkit/compat'
import type { Dependencies } from './dependencies.ts'

const AT_ONCE = 8
const MAX_ANSWER_BYTES = 4 * 1024 * 1024
const MAX_BODY_CHARS = 500

let running = 0

export interface Verified {
  ok: boolean
  /** Method and URL, as templates where they may hold secrets. */
  request: string
  status?: number
  ms: number
  /** Why it is not ok. */
  reason?: string
  body?: string
}

type Deps = Pick<Dependencies, 'outgoing' | 'catalog' | 'keyring'>

/** Makes the verify request of the settings with the credentials of a connection. */
export async function verifyConnection(
  dependencies: Deps,
  at: ConnectionPlace & { settings: ApiSettings & { verify: Verify } },
  timeoutMs: number,
): Promise<Verified> {
  if (running === AT_ONCE) {
    throw new AppError('unavailable', `${AT_ONCE} verify requests are running: try again in some seconds`)
  }
  running++
  try {
    return await verify(dependencies, at, timeoutMs)
  } finally {
    running--
  }
}

async function verify(
  { outgoing, catalog, keyring }: Deps,
  at: Parameters<typeof verifyConnection>[1],
  timeoutMs: number,
): Promise<Verified> {
  const { settings } = at
  const request = settings.verify
  const { connectionConfig } = (await accessTo({ catalog, keyring }, at)).connection
  const begun = performance.now()
  const asked = () => ({ request: shownAs(request, settings), ms: Math.round(performance.now() - begun) })
  try {
    const answer = await outgoing.call(at, callOf(request, connectionConfig), caller(timeoutMs))
    const { status } = answer
    const reason = refusalIn(answer, request)
    if (reason === undefined) return { ok: true, status, ...asked() }
    // An API may show what it was sent.
    const secrets = secretsOf(await accessTo({ catalog, keyring }, at))
    const text = secrets.reduce((safe, secret) => safe.replaceAll(secret, '…'), textOf(answer))
    return { ok: false, status, ...asked(), reason, body: text.slice(0, MAX_BODY_CHARS) }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { ok: false, ...asked(), reason: error.message }
  }
}

/** Templates stay: a value may be a secret. */
function shownAs({ method, path }: Verify, { baseUrl }: ApiSettings): string {
  const isFull = path.startsWith('https://')
  const urls = alternativesIn(baseUrl).map((url) => url.replace(/\/$/, '') + path)
  return `${method} ${isFull ? path : urls.join(' || ')}`
}

function callOf({ method, path, headers, data }: Verify, connectionConfig: Record<string, unknown>) {
  const json = data !== undefined && { 'content-type': 'application/json' }
  return {
    method,
    endpoint: fillUrl(path, { connectionConfig }),
    headers: Object.fromEntries(
      Object.entries({ ...json, ...headers }).map(([name, value]) => [
        name.toLowerCase(),
        fillTemplate(value, { connectionConfig }),
      ]),
    ),
    ...(data !== undefined && { body: { text: JSON.stringify(data) } }),
    idempotent: false,
    retries: 0,
    retryOn: [],
    retryAfter: [],
    retryAt: [],
    binary: false,
    keepAuthOnRedirect: false,
  }
}

/** Why the answer is not one of a connection that works; undefined if it is. */
function refusalIn(answer: EgressAnswer, { statuses, expect = {} }: Verify): string | undefined {
  const { status } = answer
  const isGood = statuses ? statuses.includes(status) : status >= 200 && status < 300
  if (!isGood) return `the API answered ${status}`
  if (Object.keys(expect).length === 0) return undefined
  const body = jsonOf(textOf(answer))
  const differing = Object.entries(expect).find(([path, value]) => get(body, path) !== value)
  if (differing === undefined) return undefined
  const [path, value] = differing
  const found = JSON.stringify(get(body, path)) ?? 'absent'
  return `the API answered ${status}, but '${path}' is ${found.slice(0, 100)} and not ${JSON.stringify(value)}`
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Somebody waits for the answer: one try, no long wait, no large answer. */
function caller(timeoutMs: number): Caller {
  return {
    signal: AbortSignal.timeout(timeoutMs),
    lane: 'fresh',
    warn: () => {},
    hold: async (bytes) => {
      if (bytes > MAX_ANSWER_BYTES)
        throw new AppError('body_too_large', `the answer has more than ${MAX_ANSWER_BYTES} bytes`)
    },
    wait: async (ms, reason) => {
      throw new AppError('unavailable', `${reason}: try again in ${Math.ceil(ms / 1000)} s`)
    },
  }
}

const textOf = ({ blocks }: EgressAnswer): string => Buffer.concat(blocks).toString('utf8')
