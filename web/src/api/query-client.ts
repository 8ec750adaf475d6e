import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError } from './api-error.ts'

/** What is on a screen is asked for again so often, while its tab is visible. */
export const POLL_MS = 1500

let onExpired: () => void = () => {}
/** The router says where an expired session leads. */
export function whenExpired(listener: () => void): void {
  onExpired = listener
}

const onError = (error: Error) => {
  if (error instanceof ApiError && error.status === 401) onExpired()
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      // The next poll is the next try.
      retry: false,
      networkMode: 'always',
      staleTime: 1000,
      gcTime: 60_000,
      refetchOnWindowFocus: 'always',
      refetchIntervalInBackground: false,
    },
    mutations: { retry: false, networkMode: 'always' },
  },
})
