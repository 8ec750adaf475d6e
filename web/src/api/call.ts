import type { ClientAnswer, ClientRequest, Routes } from '@syncline/api'
import { ApiError } from './api-error.ts'
import { readDate } from './clock.ts'
import { isAnswering, isAway } from './connection.ts'
import { requestText } from './request-text.ts'

/** The routes of the contract by method and URL: `'GET /runs/:id'`. */
type Endpoints = { [R in Routes[keyof Routes] as `${R['method']} ${R['url']}`]: R }
export type Endpoint = keyof Endpoints
export type ReadEndpoint = Extract<Endpoint, `GET ${string}`>
export type ChangeEndpoint = Exclude<Endpoint, `GET ${string}`>
export type RequestOf<E extends Endpoint> = ClientRequest<Endpoints[E]>
export type AnswerOf<E extends Endpoint> = ClientAnswer<Endpoints[E]>

/** Longer than the gateway waits for anything that a screen asks. */
const DEADLINE_MS = 30_000

/**
 * Calls a route of the REST API as the user of the session. The contract says what it takes and answers. Fails with an `ApiError`.
 * `environment` is the one whose rights the call uses; `-` stands for the admin key.
 */
export async function call<E extends Endpoint>(
  environment: string,
  endpoint: E,
  request: RequestOf<E>,
  signal?: AbortSignal,
): Promise<AnswerOf<E>> {
  const [method = '', url = ''] = endpoint.split(' ')
  // A request of the contract has these parts and no others.
  const { path, headers, body } = requestText(url, request as Parameters<typeof requestText>[1])
  const response = await fetch(path, {
    method,
    headers: { ...headers, 'x-syncline-environment': environment },
    ...(body !== undefined && { body }),
    signal: AbortSignal.any([AbortSignal.timeout(DEADLINE_MS), ...(signal ? [signal] : [])]),
  }).catch((cause: unknown) => {
    if (!signal?.aborted) isAway()
    throw new ApiError(0, 'unavailable', 'Syncline does not answer', { cause })
  })
  const answer: unknown = await response.json().catch(() => undefined)
  if (!response.ok) {
    const error = ApiError.of(response.status, answer)
    // A proxy answers for a gateway that is away.
    if (error.code === 'unknown' && error.isAway) isAway()
    else isAnswering()
    throw error
  }
  readDate(response)
  isAnswering()
  // The gateway has made the answer by the schema of this route.
  return answer as AnswerOf<E>
}
