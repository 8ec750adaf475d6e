import type { Schedule } from '@syncline/api'
import { useQueries } from '@tanstack/react-query'
import { createContext, useContext, useMemo, useState } from 'react'
import { call } from '../api/call.ts'
import { useEnvironment } from '../api/session.ts'
import { Sparkline } from '../parts/sparkline.tsx'

const DAYS = 14
/** Schedules of one request, as many as the API takes. */
const CHUNK = 100
const POLL_MS = 60_000

/** Changes on each of the last days, by the id of a schedule. */
export const ActivityDays = createContext<ReadonlyMap<string, number[]>>(new Map())

/** Asks for what schedules on the screen did, 100 at a time. The second value takes the rows that are seen. */
export function useActivityDays(
  rows: Schedule[],
): [ReadonlyMap<string, number[]>, (first: number, last: number) => void] {
  const environment = useEnvironment()
  const [[first, last], setChunks] = useState<[number, number]>([0, 0])
  const chunks = useMemo(() => {
    const found: string[] = []
    for (let chunk = first; chunk <= last; chunk++) {
      const ids = rows.slice(chunk * CHUNK, (chunk + 1) * CHUNK).flatMap(({ id }) => id ?? [])
      if (ids.length > 0) found.push(ids.join())
    }
    return found
  }, [rows, first, last])
  const days = useQueries({
    queries: chunks.map((ids) => ({
      queryKey: ['activity', environment, ids],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call(environment, 'GET /schedules/activity', { query: { ids, days: String(DAYS) } }, signal),
      refetchInterval: POLL_MS,
      staleTime: POLL_MS / 2,
    })),
    combine: mapOf,
  })
  const onRange = (from: number, to: number) => {
    const next: [number, number] = [Math.floor(from / CHUNK), Math.floor(to / CHUNK)]
    if (next[0] !== first || next[1] !== last) setChunks(next)
  }
  return [days, onRange]
}

type Answers = { data?: { schedules: { id: string; changes: number[] }[] } | undefined }[]

function mapOf(answers: Answers): ReadonlyMap<string, number[]> {
  return new Map(
    answers.flatMap(({ data }) => data?.schedules.map(({ id, changes }) => [id, changes] as const) ?? []),
  )
}

export function ActivitySparkline({ id }: { id: string | null }) {
  const changes = useContext(ActivityDays).get(id ?? '')
  if (!changes) return null
  const sum = changes.reduce((total, count) => total + count, 0)
  return (
    <Sparkline values={changes} label={`${sum} changes in ${changes.length} days, ${changes.at(-1)} today`} />
  )
}
