import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import type { ApiError } from '../api/api-error.ts'
import { call } from '../api/call.ts'
import { serverNow } from '../api/clock.ts'
import { useEnvironment } from '../api/session.ts'
import { emptyLog, type Log, withPage } from './log.ts'

const FOLLOW_MS = 1000
/** The last lines may be stored a moment after the end. */
const AFTER_END_MS = 10_000
const PAGE_LINES = 10_000

/** The log of a run. While the run goes on, and a moment longer, it is asked for the lines after the last one. */
export function useLog(runId: string, finishedAt: string | null) {
  const environment = useEnvironment()
  const log = useRef<Log>(emptyLog)
  return useQuery<Log, ApiError>({
    queryKey: ['log', environment, runId],
    queryFn: async ({ signal }) => {
      const { cursor } = log.current
      const request = { params: { id: runId }, query: { limit: PAGE_LINES, ...(cursor && { cursor }) } }
      log.current = withPage(log.current, await call(environment, 'GET /runs/:id/logs', request, signal))
      return log.current
    },
    // The same lines are the same object: they are not compared.
    structuralSharing: false,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchInterval:
      finishedAt !== null && serverNow() - Date.parse(finishedAt) > AFTER_END_MS ? false : FOLLOW_MS,
  })
}
