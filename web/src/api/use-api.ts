import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import type { ApiError } from './api-error.ts'
import { type AnswerOf, type ChangeEndpoint, call, type ReadEndpoint, type RequestOf } from './call.ts'
import { POLL_MS, queryClient } from './query-client.ts'
import { useEnvironment } from './session.ts'

interface Options {
  /** Milliseconds until it is asked for again; false = once. */
  poll?: number | false
  /** false = not yet. */
  enabled?: boolean
  /** What the request before answered is shown until this one is answered. */
  keep?: boolean
  /** With the rights of the admin key. */
  admin?: boolean
}

/** What a GET route answers, asked for again each 1.5 s while the tab is visible. */
export function useApi<E extends ReadEndpoint>(endpoint: E, request: RequestOf<E>, options: Options = {}) {
  const environment = useEnvironment()
  const caller = options.admin ? '-' : environment
  return useQuery<AnswerOf<E>, ApiError>({
    queryKey: ['api', environment, endpoint, request],
    queryFn: ({ signal }) => call(caller, endpoint, request, signal),
    refetchInterval: options.poll ?? POLL_MS,
    enabled: options.enabled ?? true,
    ...(options.keep && { placeholderData: keepPreviousData }),
  })
}

/** A change. What is on the screen is asked for again when it is done. */
export function useAction<E extends ChangeEndpoint>(endpoint: E, options: Pick<Options, 'admin'> = {}) {
  const environment = useEnvironment()
  const caller = options.admin ? '-' : environment
  return useMutation<AnswerOf<E>, ApiError, RequestOf<E>>({
    mutationFn: (request) => call(caller, endpoint, request),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['api', environment] }),
  })
}
