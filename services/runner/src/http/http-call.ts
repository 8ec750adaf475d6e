import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpCall } from '@syncline/functions'
import type { HostCall } from '@syncline/sandbox'
import type { Access } from '../load-work.ts'
import { authorize } from './authorize.ts'
import type { Egress } from './egress.ts'
import type { EgressAnswer } from './egress-answer.ts'
import { type Result, retryWait } from './retry-wait.ts'
import { interpolate, targetUrl } from './target-url.ts'

/** A function's request to its connection's API, with credentials, default headers and retries. */
export async function httpCall(
  deps: { request: Egress['request']; access: () => Promise<Access>; warn: (text: string) => void },
  call: HttpCall,
  own: HostCall,
): Promise<EgressAnswer> {
  let used: string | undefined
  for (let tried = 0; ; tried++) {
    const access = await deps.access()
    const renewed = used !== undefined && used !== access.connection.sealedCredentials
    used = access.connection.sealedCredentials
    const { url, headers } = toRequest(access, call)
    const result = await resultOf(deps.request, url, headers, call, own)

    const policy = { ...call, ...access.integration.retry, renewed, tried }
    const waitMs = tried < call.retries ? retryWait(result, policy, Date.now()) : undefined
    if (waitMs === undefined) {
      if (result.kind === 'fault') throw result.error
      return result.answer
    }
    const what = result.kind === 'answer' ? `answered ${result.answer.status}` : result.error.message
    deps.warn(
      `${call.method} ${url.pathname}: ${what}; trying again in ${(waitMs / 1000).toFixed(1)} s (${tried + 1} of ${call.retries})`,
    )
    await own.hold(0) // the wait may be long, and the answer is not needed any more
    await sleep(waitMs, undefined, { signal: own.signal })
  }
}

async function resultOf(
  send: Egress['request'],
  url: URL,
  headers: Record<string, string>,
  call: HttpCall,
  own: HostCall,
): Promise<Result> {
  const { method, body, keepAuthOnRedirect } = call
  try {
    const request = { method, headers, body, keepAuthOnRedirect }
    return { kind: 'answer', answer: await send(url, request, own) }
  } catch (error) {
    if (own.signal.aborted || !(error instanceof Error)) throw error
    return { kind: 'fault', error }
  }
}

/** What the function sets wins over the integration's default headers. */
function toRequest({ integration, connection, credentials }: Access, call: HttpCall) {
  const { connectionConfig } = connection
  const auth = authorize(integration.auth, credentials)
  const url = targetUrl(interpolate(integration.baseUrl, connectionConfig), call)
  for (const [name, value] of Object.entries(auth.query)) url.searchParams.set(name, value)
  const defaults = Object.entries(integration.headers).map(([name, value]) => [
    name.toLowerCase(),
    interpolate(value, connectionConfig),
  ])
  const headers = { ...Object.fromEntries(defaults), ...auth.headers, ...call.headers }
  return { url, headers }
}
