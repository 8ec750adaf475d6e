import type { ClientAnswer, ClientRequest, RouteAt, Routes } from '@syncline/api'
import { Command, Option } from 'commander'

const TIMEOUT_MS = 60_000

export interface AdminOptions {
  url: string
  adminKey?: string
}

type Method = Routes[keyof Routes]['method']
type UrlOf<M extends Method> = Extract<Routes[keyof Routes], { method: M }>['url']

/** A command that calls the REST API with the admin key: for environments and keys. */
export function adminCommand(name: string): Command {
  return new Command(name)
    .addOption(new Option('--url <url>', 'of the API').env('SYNCLINE_URL').default('http://localhost:3003'))
    .addOption(new Option('--admin-key <key>', 'SYNCLINE_ADMIN_KEY of the gateway').env('SYNCLINE_ADMIN_KEY'))
}

export async function adminCall<M extends Method, U extends UrlOf<M>>(
  { url: host, adminKey }: AdminOptions,
  method: M,
  url: U,
  request: ClientRequest<RouteAt<M, U>>,
): Promise<ClientAnswer<RouteAt<M, U>>> {
  if (!adminKey)
    throw new Error('no admin key: set SYNCLINE_ADMIN_KEY as the gateway has it, or give --admin-key')
  // What any request may have.
  const {
    params = {},
    query = {},
    body,
  } = request as {
    params?: Record<string, string>
    query?: Record<string, string>
    body?: unknown
  }
  const path = url.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const response = await fetch(`${host.replace(/\/+$/, '')}${path}?${new URLSearchParams(query)}`, {
    method,
    headers: {
      authorization: `Bearer ${adminKey}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new Error(`no answer from ${host} (check SYNCLINE_URL)`, { cause })
  })
  const text = await response.text()
  if (!response.ok) throw new Error(messageOf(response.status, text))
  return JSON.parse(text) as ClientAnswer<RouteAt<M, U>> // the gateway answers what the API declares
}

function messageOf(status: number, text: string): string {
  try {
    const { error } = JSON.parse(text) as { error: { message: string } } // the shape of all its errors
    return status === 401 ? `${error.message} (check SYNCLINE_ADMIN_KEY)` : error.message
  } catch {
    return `the server answered with ${status}`
  }
}
