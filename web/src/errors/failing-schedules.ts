import type { Schedule } from '@syncline/api'
import { useEffect, useRef, useState } from 'react'
import { call } from '../api/call.ts'
import { queryClient } from '../api/query-client.ts'
import { useEnvironment } from '../api/session.ts'
import type { RunError } from './run-errors.ts'

/** Schedules of a page, and of one action. */
const PAGE = 100
/** More than that are run again by their next slots. */
const SCHEDULES_MAX = 20_000

export interface Progress {
  done: number
  refused: number
  /** How many there are; undefined = they are still being found. */
  total: number | undefined
  firstError: string | undefined
}

/** Runs the schedules again whose last run ended with an error, those with the most failures first. */
export function useRunFailing(error: RunError) {
  const environment = useEnvironment()
  const [progress, setProgress] = useState<Progress>()
  const stop = useRef<AbortController>(undefined)
  // Who leaves the screen stops what is left to do.
  useEffect(() => () => stop.current?.abort(), [])

  const run = async () => {
    const controller = new AbortController()
    stop.current = controller
    setProgress({ done: 0, refused: 0, total: undefined, firstError: undefined })
    const ids = await schedulesWith(error, environment, controller.signal)
    let so: Progress = { done: 0, refused: 0, total: ids.length, firstError: undefined }
    setProgress(so)
    for (let from = 0; from < ids.length; from += PAGE) {
      const body = { action: 'trigger' as const, ids: ids.slice(from, from + PAGE) }
      const answer = await call(environment, 'POST /schedules/actions', { body }, controller.signal)
      // Accepted, and done when the scheduler is back.
      const results = 'results' in answer ? answer.results : []
      const errors = results.flatMap((result) => ('error' in result ? [result.error.message] : []))
      so = {
        ...so,
        done: so.done + body.ids.length - errors.length,
        refused: so.refused + errors.length,
        firstError: so.firstError ?? errors[0],
      }
      setProgress(so)
    }
    await queryClient.invalidateQueries({ queryKey: ['api', environment] })
    return so
  }
  return { progress, run }
}

/** Of the failing schedules of the sync, those whose last run is one of the runs with this error. */
async function schedulesWith(
  { provider_config_key, sync_name, fingerprint }: RunError,
  environment: string,
  signal: AbortSignal,
): Promise<string[]> {
  const failing = await failingSchedules(environment, provider_config_key, sync_name, signal)
  const ends = failing.map(({ lastRun }) => lastRun?.finishedAt ?? '').filter((at) => at !== '')
  const oldest = ends.toSorted()[0]
  if (oldest === undefined) return []
  const runs = new Set<string>()
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = {
      // A sync that is named would be its base variant only; the fingerprint is of one sync.
      ...{ fingerprint, provider_config_key, from: oldest, limit: PAGE },
      ...(cursor && { cursor }),
    }
    const page = await call(environment, 'GET /runs', { query }, signal)
    for (const { id } of page.runs) runs.add(id)
    cursor = page.next_cursor
  }
  return failing.flatMap(({ id, lastRun }) => (id !== null && lastRun && runs.has(lastRun.id) ? [id] : []))
}

/** With its variants. */
async function failingSchedules(
  environment: string,
  integration: string,
  sync: string,
  signal: AbortSignal,
): Promise<Schedule[]> {
  const found: Schedule[] = []
  for (let cursor: string | null | undefined; cursor !== null && found.length < SCHEDULES_MAX; ) {
    const query = {
      ...{ provider_config_key: integration, failing: 'true', limit: PAGE },
      ...{ sort: 'failures' as const, order: 'desc' as const },
      ...(cursor && { cursor }),
    }
    const page = await call(environment, 'GET /schedules', { query }, signal)
    found.push(...page.schedules.filter(({ name }) => name === sync))
    cursor = page.next_cursor
  }
  return found
}
