import type { ApiSettings, Connection } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { Caller, EgressAnswer } from '@syncline/outgoing'
import {
  fillConfigParts,
  InvalidProvider,
  type ProviderFile,
  parentsAmong,
  resolveProvider,
  settingsOf,
  settingsWith,
} from '@syncline/providers'
import type { Dependencies } from '../dependencies.ts'
import type { Handler } from '../http/handler.ts'
import { InvalidRequest } from '../http/invalid-request.ts'

const AT_ONCE = 8
const TIMEOUT_MS = 30_000
const MAX_ANSWER_BYTES = 4 * 1024 * 1024
const MAX_BODY_CHARS = 500

let running = 0

export const verifyProvider: Handler<'verifyProvider'> = async (dependencies, { environment, body }) => {
  const { catalog } = dependencies
  const integration = await catalog.integrations.get(environment, body.provider_config_key)
  const connection = await catalog.connections.get(environment, integration.key, body.connection_id)
  const settings = body.provider
    ? settingsWith(presetOf(dependencies, environment, body.provider), integration)
    : settingsOf(catalog, integration)
  if (!settings?.verify) {
    throw InvalidRequest.body(
      ['provider', 'verify'],
      'is missing: there is no request that tells whether a connection works',
    )
  }
  if (running === AT_ONCE) {
    throw new AppError('unavailable', `${AT_ONCE} verify requests are running: try again in some seconds`)
  }
  running++
  try {
    return await verify(dependencies, connection, settings, settings.verify)
  } finally {
    running--
  }
}

async function verify(
  { outgoing }: Dependencies,
  connection: Connection,
  settings: ApiSettings,
  { method, path, headers, data, statuses }: NonNullable<ApiSettings['verify']>,
) {
  const { environment, integration, id, connectionConfig } = connection
  const begun = performance.now()
  const ms = () => Math.round(performance.now() - begun)
  const base = path.startsWith('https://') ? '' : settings.baseUrl
  const request = `${method} ${base.replace(/\/$/, '')}${path}`
  try {
    const call = {
      method,
      endpoint: fillConfigParts(path, connectionConfig),
      headers: Object.fromEntries(
        Object.entries({ ...headers, ...(data !== undefined && { 'content-type': 'application/json' }) }).map(
          ([name, value]) => [name.toLowerCase(), fillConfigParts(value, connectionConfig)],
        ),
      ),
      ...(data !== undefined && { body: { text: JSON.stringify(data) } }),
      ...{ retries: 0, retryOn: [], retryAfter: [], retryAt: [], binary: false, keepAuthOnRedirect: false },
    }
    const at = { environment, integration, connection: id, uid: connection.uid, settings }
    const answer = await outgoing.call(at, call, caller())
    const { status } = answer
    const ok = statuses ? statuses.includes(status) : status >= 200 && status < 300
    if (ok) return { ok, request, status, ms: ms() }
    return { ok, request, status, ms: ms(), reason: `the API answered ${status}`, body: beginOf(answer) }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { ok: false, request, ms: ms(), reason: error.message }
  }
}

function presetOf({ catalog }: Dependencies, environment: string, file: ProviderFile): ApiSettings {
  try {
    // Only checked files are stored.
    const deployed = (name: string) =>
      catalog.providers.peek(environment, name)?.file as ProviderFile | undefined
    return resolveProvider(file, parentsAmong(deployed)).settings
  } catch (error) {
    if (!(error instanceof InvalidProvider)) throw error
    const issues = error.issues.map(({ path, message }) => ({
      code: 'custom',
      message,
      path: ['provider', ...path],
    }))
    throw new InvalidRequest('invalid_body', error.message, issues)
  }
}

/** Somebody waits for the answer: one try, no long wait, no large answer. */
function caller(): Caller {
  return {
    signal: AbortSignal.timeout(TIMEOUT_MS),
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

function beginOf({ blocks }: EgressAnswer): string {
  const [first] = blocks
  return first
    ? Buffer.from(first.subarray(0, 4 * MAX_BODY_CHARS))
        .toString('utf8')
        .slice(0, MAX_BODY_CHARS)
    : ''
}
