import type { StaleReason } from '@syncline/api'
import { reasonNames } from './reasons.ts'

/** The filters and the order of the screen, as its URL has them: texts, '' = not set. */
export const names = [
  ...(['q', 'integration', 'connection', 'sync', 'version', 'state'] as const),
  ...(['stale', 'failing', 'reason', 'tags'] as const),
  ...(['sort', 'order'] as const),
] as const
export type SyncsSearch = Record<(typeof names)[number], string>

export const noFilter = Object.fromEntries(names.map((name) => [name, ''])) as SyncsSearch // one value for each name

export const sorts = ['place', 'last_success', 'last_run', 'next_run', 'failures', 'stale_since'] as const
export type Sort = (typeof sorts)[number]
export type Order = 'asc' | 'desc'

/** What a filter asks `GET /schedules` and `GET /schedules/counts`. */
export interface SchedulesFilter {
  q?: string
  provider_config_key?: string
  connection_id?: string
  syncs?: string
  version?: string
  state?: string
  run_state?: string
  stale?: 'true'
  failing?: 'true'
  reason?: string
  tags?: Record<string, string>
}

/** A value that makes no sense is as if it were absent: old links go on working. */
export function filterOf(search: SyncsSearch): SchedulesFilter {
  const { q, integration, connection, sync, version, state } = search
  const reason = reasonsOf(search).join(',')
  const tags = tagsOf(search)
  return {
    ...(q && { q }),
    ...(integration && { provider_config_key: integration }),
    // The API takes a connection with its integration only.
    ...(connection && integration && { connection_id: connection }),
    ...(sync && { syncs: sync }),
    ...(version && { version }),
    ...((state === 'started' || state === 'paused') && { state }),
    ...((state === 'queued' || state === 'running') && { run_state: state }),
    ...(search.stale === 'yes' && { stale: 'true' as const }),
    ...(search.failing === 'yes' && { failing: 'true' as const }),
    ...(reason && { reason }),
    ...(Object.keys(tags).length > 0 && { tags }),
  }
}

export function sortOf({ sort, order }: SyncsSearch): { sort?: Sort; order?: Order } {
  const known = sorts.find((name) => name === sort)
  if (known === undefined) return {}
  return { sort: known, order: order === 'asc' || order === 'desc' ? order : firstOrders[known] }
}

export function reasonsOf({ reason }: Pick<SyncsSearch, 'reason'>): StaleReason[] {
  const named = new Set(reason.split(','))
  return reasonNames.filter((name) => named.has(name))
}

/** `plan=pro&region=eu`, as in a query: names and values may hold any character. The last value of a name counts. */
export function tagsOf({ tags }: Pick<SyncsSearch, 'tags'>): Record<string, string> {
  return Object.fromEntries(
    [...new URLSearchParams(tags)].filter(([name, value]) => name !== '' && value !== ''),
  )
}

export const tagsText = (tags: Record<string, string>): string => String(new URLSearchParams(tags))

/** The reasons with one more or less. */
export function withReason(search: Pick<SyncsSearch, 'reason'>, reason: StaleReason): { reason: string } {
  const named = new Set(reasonsOf(search))
  if (!named.delete(reason)) named.add(reason)
  return { reason: reasonNames.filter((name) => named.has(name)).join(',') }
}

/** First a column's own order, then the other one, then none. */
export function nextSort(search: SyncsSearch, sort: Sort): { sort: string; order: string } {
  const now = sortOf(search)
  const first = firstOrders[sort]
  if (now.sort !== sort) return { sort, order: first }
  if (now.order === first) return { sort, order: first === 'asc' ? 'desc' : 'asc' }
  return { sort: '', order: '' }
}

/** What somebody wants to see first: the most failures, the longest stale, the next one to run. */
const firstOrders: Record<Sort, Order> = {
  place: 'asc',
  last_success: 'asc',
  last_run: 'desc',
  next_run: 'asc',
  failures: 'desc',
  stale_since: 'asc',
}
