import type { Scope, Session } from '@syncline/api'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { ApiError } from './api-error.ts'
import { queryClient } from './query-client.ts'

export type Login = { key: string } | { environment: string; user: string; password: string }

/** null = nobody is logged in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => send('GET').catch(noneIfExpired),
  staleTime: 60_000,
  gcTime: Number.POSITIVE_INFINITY,
})

/** A second login adds an environment to the session. */
export async function logIn(login: Login): Promise<Session> {
  const session = await send('POST', login)
  queryClient.setQueryData(sessionQuery.queryKey, session)
  return session
}

export async function logOut(): Promise<void> {
  await send('DELETE').catch(noneIfExpired)
  queryClient.clear()
  queryClient.setQueryData(sessionQuery.queryKey, null)
}

export function useSession(): Session | null {
  return useQuery(sessionQuery).data ?? null
}

/** The environment in the path. */
export function useEnvironment(): string {
  return useParams({ strict: false, select: ({ environment }) => environment ?? '' })
}

/** What the session may do in the environment in the path. */
export function useScopes(): Scope[] {
  const environment = useEnvironment()
  const session = useSession()
  const scopes = session?.environments.find(({ name }) => name === environment)?.scopes ?? []
  return session?.admin ? [...scopes, 'admin'] : scopes
}

async function send(method: 'GET' | 'POST' | 'DELETE', body?: Login): Promise<Session> {
  const response = await fetch('/session', {
    method,
    headers: { 'x-syncline-environment': '-', ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  }).catch((cause: unknown) => {
    throw new ApiError(0, 'unavailable', 'Syncline does not answer', { cause })
  })
  const answer: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw ApiError.of(response.status, answer)
  return answer as Session // the gateway has made it by its schema
}

function noneIfExpired(error: unknown): null {
  if (error instanceof ApiError && error.status === 401) return null
  throw error
}
