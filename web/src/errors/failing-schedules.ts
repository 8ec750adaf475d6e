import { useEffect, useRef, useState } from 'react'
import { call } from '../api/call.ts'
import { queryClient } from '../api/query-client.ts'
import { useEnvironment } from '../api/session.ts'

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

/** Runs all schedules of a sync again whose last run failed, those with the most failures first. */
export function useRunFailing(integration: string, sync: string) {
  const environment = useEnvironment()
  const [progress, setProgress] = useState<Progress>()
  const stop = useRef<AbortController>(undefined)
  // Who leaves the screen stops what is left to do.
  useEffect(() => () => stop.current?.abort(), [])

  const run = async () => {
    const controller = new AbortController()
    stop.current = controller
    setProgress({ done: 0, refused: 0, total: undefined, firstError: undefined })
    const ids = await failingIds(environment, integration, sync, controller.signal)
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

async function failingIds(
  environment: string,
  integration: string,
  sync: string,
  signal: AbortSignal,
): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | null | undefined; cursor !== null && ids.length < SCHEDULES_MAX; ) {
    const query = {
      ...{ provider_config_key: integration, syncs: sync, limit: PAGE },
      ...{ sort: 'failures' as const, order: 'desc' as const },
      ...(cursor && { cursor }),
    }
    const page = await call(environment, 'GET /schedules', { query }, signal)
    const failing = page.schedules.filter(({ failures }) => (failures ?? 0) > 0)
    ids.push(...failing.flatMap(({ id }) => id ?? []))
    // They are in the order of their failures: the others have none.
    cursor = failing.length < page.schedules.length ? null : page.next_cursor
  }
  return ids
}
