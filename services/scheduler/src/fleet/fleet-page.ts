import {
  isBehind,
  type SchedulePosition,
  type ScheduleSearch,
  searchBy,
  searchCursor,
} from '@syncline/catalog'
import type { SyncName } from '@syncline/proto'
import type { Reason } from '../schedules/freshness.ts'
import type { Schedule } from '../schedules/schedule.ts'
import { type FleetRow, isFailing, type KnownFacts } from './fleet-row.ts'

export interface FleetFilter extends ScheduleSearch {
  /** '' = all; so of the connection. */
  integration: string
  connection: string
  /** Empty = all; so of the lists that follow. */
  syncs: SyncName[]
  states: Schedule['state'][]
  runs: NonNullable<KnownFacts['run']>[]
  reasons: Reason[]
  onlyStale: boolean
  onlyFailing: boolean
}

const values = {
  last_success: ({ known }: FleetRow) => known?.lastSuccess || null,
  last_run: ({ known }: FleetRow) => known?.lastRun || null,
  next_run: ({ known }: FleetRow) => known?.nextRun || null,
  failures: ({ known }: FleetRow) => known?.failures ?? null,
  stale_since: ({ stale }: FleetRow) => stale?.since ?? null,
  /** All are equal: the rest of the order decides. */
  place: () => null,
}
export type FleetSort = keyof typeof values

export interface FleetOrder {
  sort: FleetSort
  descending: boolean
}

/** One page of `rows`, which come in the order of integration, connection, sync and variant. */
export function fleetPage(
  rows: FleetRow[],
  filter: FleetFilter,
  order: FleetOrder,
  { limit, cursor }: { limit: number; cursor: string },
): { page: FleetRow[]; nextCursor: string; total: number } {
  const found = sorted(fleetOf(rows, filter), order)
  const start = cursor === '' ? 0 : behind(found, order, cursor)
  const page = found.slice(start, start + limit)
  const last = page.at(-1)
  const isLast = last === undefined || start + limit >= found.length
  return { page, nextCursor: isLast ? '' : cursorOf(last, order), total: found.length }
}

/** What the filter lets through, in the same order. */
export function fleetOf(rows: FleetRow[], filter: FleetFilter): FleetRow[] {
  const { integration, connection, syncs, states, runs, reasons, onlyStale, onlyFailing } = filter
  const isFound = searchBy(filter)
  return rows.filter(
    (row) =>
      (integration === '' || row.connection.integration === integration) &&
      (connection === '' || row.connection.id === connection) &&
      (syncs.length === 0 ||
        syncs.some(({ name, variant }) => name === row.sync.name && variant === row.variant)) &&
      (states.length === 0 || (row.known !== undefined && states.includes(row.known.state))) &&
      (runs.length === 0 || (row.known?.run !== undefined && runs.includes(row.known.run))) &&
      (reasons.length === 0 || (row.stale !== undefined && reasons.includes(row.stale.reason))) &&
      (!onlyStale || row.stale !== undefined) &&
      (!onlyFailing || isFailing(row.known)) &&
      isFound(row, row.variant),
  )
}

/** Those without a value come last; equal ones stay in the order in which they are. */
function sorted(rows: FleetRow[], { sort, descending }: FleetOrder): FleetRow[] {
  if (sort === 'place') return descending ? rows.reverse() : rows
  const ownValue = values[sort]
  return rows
    .map((row) => ({ row, value: ownValue(row) }))
    .sort((a, b) => compare(a.value, b.value, descending))
    .map(({ row }) => row)
}

function compare(a: number | null, b: number | null, descending: boolean): number {
  if (a === b) return 0
  if (a === null) return 1
  if (b === null) return -1
  return descending ? b - a : a - b
}

/** The index of the first row behind a cursor. */
function behind(rows: FleetRow[], { sort, descending }: FleetOrder, cursor: string): number {
  const { value, position } = searchCursor.decode(nameOf({ sort, descending }), cursor)
  const ownValue = values[sort]
  const isReversed = sort === 'place' && descending
  const index = rows.findIndex((row) => {
    const difference = compare(ownValue(row), value, descending)
    if (difference !== 0) return difference > 0
    const own = positionOf(row)
    return isReversed ? isBehind(position, own) : isBehind(own, position)
  })
  return index === -1 ? rows.length : index
}

function cursorOf(row: FleetRow, order: FleetOrder): string {
  return searchCursor.encode(nameOf(order), { value: values[order.sort](row), position: positionOf(row) })
}

function nameOf({ sort, descending }: FleetOrder): string {
  return `${sort} ${descending ? 'desc' : 'asc'}`
}

export function positionOf({
  connection,
  sync,
  variant,
}: Pick<FleetRow, 'connection' | 'sync' | 'variant'>): SchedulePosition {
  return { integration: connection.integration, connection: connection.id, sync: sync.name, variant }
}
