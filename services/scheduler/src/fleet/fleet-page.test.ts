import type { Connection, Sync } from '@syncline/catalog'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fleetCounts } from './fleet-counts.ts'
import { type FleetFilter, type FleetOrder, fleetOf, fleetPage } from './fleet-page.ts'
import type { FleetRow, KnownFacts } from './fleet-row.ts'

const NO_FILTER: FleetFilter = {
  ...{ integration: '', connection: '', syncs: [], states: [], runs: [], reasons: [] },
  ...{ onlyStale: false, onlyFailing: false, tags: {}, version: '', q: '' },
}

const word = fc.constantFrom('a', 'b', 'B', 'ab', 'x::y', 'ü')
const instant = fc.constantFrom(0, 1, 2, 3)
const known = fc.record({
  state: fc.constantFrom('STARTED' as const, 'PAUSED' as const),
  run: fc.constantFrom('QUEUED' as const, 'RUNNING' as const, undefined),
  ...{ lastSuccess: instant, lastRun: instant, nextRun: instant, failures: instant, blocked: fc.boolean() },
})
const stale = fc.record({ reason: fc.constantFrom('failing' as const, 'paused' as const), since: instant })
const place = fc.record({
  integration: word,
  connection: word,
  sync: word,
  variant: fc.constantFrom('base', 'a', 'z'),
})
const aRow = fc.record({
  place,
  tag: word,
  version: fc.constantFrom('1', '2'),
  known: fc.option(known, { nil: undefined }),
  stale: fc.option(stale, { nil: undefined }),
})

type Generated = typeof aRow extends fc.Arbitrary<infer T> ? T : never

/** What pages read of them. */
function rowOf({ place, tag, version, known, stale }: Generated): FleetRow {
  const { integration, connection, sync, variant } = place
  return {
    connection: { integration, id: connection, tags: { plan: tag } } as unknown as Connection,
    sync: { integration, name: sync, version } as Sync,
    ...{ variant, id: nameOf(place), stale, known: known as KnownFacts | undefined },
  }
}

const nameOf = ({ integration, connection, sync, variant }: Generated['place']) =>
  JSON.stringify([integration, connection, sync, variant === 'base' ? '' : variant])

/** In the order of their places. */
const fleet = fc
  .uniqueArray(aRow, { selector: ({ place }) => nameOf(place), maxLength: 40 })
  .map((rows) => rows.map(rowOf).sort((a, b) => compareParts(JSON.parse(a.id), JSON.parse(b.id))))

function compareParts(a: string[], b: string[]): number {
  const index = a.findIndex((part, i) => part !== b[i])
  if (index === -1) return 0
  return (a[index] as string) < (b[index] as string) ? -1 : 1
}

const filter: fc.Arbitrary<FleetFilter> = fc.record({
  integration: fc.constantFrom('', '', 'a', 'b'),
  connection: fc.constant(''),
  syncs: fc.constantFrom([], [], [{ name: 'a', variant: 'base' }]),
  states: fc.constantFrom([], [], ['PAUSED' as const]),
  runs: fc.constantFrom([], [], ['QUEUED' as const]),
  reasons: fc.constantFrom([], [], ['failing' as const]),
  onlyStale: fc.boolean(),
  onlyFailing: fc.boolean(),
  tags: fc.constantFrom({}, {}, { plan: 'b' }),
  version: fc.constantFrom('', '', '2'),
  q: fc.constantFrom('', '', 'B', 'Ü', 'base'),
})
const order = fc.record({
  sort: fc.constantFrom(
    ...(['place', 'last_success', 'last_run', 'next_run', 'failures', 'stale_since'] as const),
  ),
  descending: fc.boolean(),
})

/** The same, said in another way. */
function isFound(row: FleetRow, asked: FleetFilter): boolean {
  const { integration, id, tags } = row.connection
  const texts = [integration, id, row.sync.name, row.variant, ...Object.values(tags)]
  return [
    asked.integration === '' || integration === asked.integration,
    asked.syncs.length === 0 || (row.sync.name === 'a' && row.variant === 'base'),
    asked.states.length === 0 || row.known?.state === 'PAUSED',
    asked.runs.length === 0 || row.known?.run === 'QUEUED',
    asked.reasons.length === 0 || row.stale?.reason === 'failing',
    !asked.onlyStale || row.stale !== undefined,
    !asked.onlyFailing || (row.known?.failures ?? 0) > 0,
    asked.tags.plan === undefined || tags.plan === asked.tags.plan,
    asked.version === '' || row.sync.version === asked.version,
    texts.some((text) => text.toLowerCase().includes(asked.q.toLowerCase())),
  ].every(Boolean)
}

function sortedBy({ known, stale }: FleetRow, { sort, descending }: FleetOrder): number {
  const value = {
    ...{ place: 1, last_success: known?.lastSuccess || null, last_run: known?.lastRun || null },
    ...{
      next_run: known?.nextRun || null,
      failures: known?.failures ?? null,
      stale_since: stale?.since ?? null,
    },
  }[sort]
  return value === null ? 1000 : descending ? -value : value
}

function model(rows: FleetRow[], asked: FleetFilter, order: FleetOrder): string[] {
  const found = rows.filter((row) => isFound(row, asked))
  if (order.sort === 'place' && order.descending) return found.map(({ id }) => id).reverse()
  return found
    .map((row, index) => [sortedBy(row, order), index, row.id] as const)
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map(([, , id]) => id)
}

/** Ids of all pages. `between`: what happens before the next page. */
function follow(
  rows: () => FleetRow[],
  asked: FleetFilter,
  order: FleetOrder,
  limit: number,
  between = () => {},
) {
  const seen: string[] = []
  const sizes: number[] = []
  for (let cursor = ''; ; ) {
    const { page, nextCursor } = fleetPage(rows(), asked, order, { limit, cursor })
    seen.push(...page.map(({ id }) => id))
    sizes.push(page.length)
    if (nextCursor === '') return { seen, sizes }
    cursor = nextCursor
    between()
  }
}

test('pages are full, and together they are what the filter lets through, in the order that was asked for', () => {
  const limit = fc.integer({ min: 1, max: 7 })
  fc.assert(
    fc.property(fleet, filter, order, limit, (rows, asked, order, limit) => {
      const expected = model(rows, asked, order)
      const { seen, sizes } = follow(() => rows, asked, order, limit)
      expect(seen).toEqual(expected)
      expect(sizes.slice(0, -1).every((size) => size === limit)).toBe(true)
      expect(fleetPage(rows, asked, order, { limit, cursor: '' }).total).toBe(expected.length)
    }),
    { numRuns: 2000 },
  )
})

test('whatever moves, comes or goes between two pages, each of the others is seen once', () => {
  const moves = fc.array(fc.record({ index: fc.nat(39), known, isGone: fc.boolean() }), { maxLength: 12 })
  fc.assert(
    fc.property(fleet, order, fc.integer({ min: 1, max: 5 }), moves, (rows, order, limit, moves) => {
      let present = rows
      const moved = new Set<string>()
      const left = [...moves]
      const { seen } = follow(
        () => present,
        NO_FILTER,
        order,
        limit,
        () => {
          const move = left.shift()
          const row = move && rows[move.index]
          if (move === undefined || row === undefined) return
          moved.add(row.id)
          present = rows.flatMap((it) => {
            if (it !== row) return present.filter(({ id }) => id === it.id)
            return move.isGone ? [] : [{ ...row, known: move.known as KnownFacts, stale: undefined }]
          })
        },
      )
      const others = (ids: string[]) => ids.filter((id) => !moved.has(id))
      expect(others(seen)).toEqual(others(model(rows, NO_FILTER, order)))
    }),
    { numRuns: 1000 },
  )
})

test('counts are those of the rows', () => {
  fc.assert(
    fc.property(fleet, filter, (rows, asked) => {
      const found = rows.filter((row) => isFound(row, asked))
      const counts = fleetCounts(fleetOf(rows, asked))
      const count = (isSo: (row: FleetRow) => unknown) => found.filter(isSo).length
      expect(counts).toMatchObject({
        total: found.length,
        started: count(({ known }) => known?.state === 'STARTED'),
        paused: count(({ known }) => known?.state === 'PAUSED'),
        blocked: count(({ known }) => known?.blocked),
        queued: count(({ known }) => known?.run === 'QUEUED'),
        running: count(({ known }) => known?.run === 'RUNNING'),
        failing: count(({ known }) => known?.failures),
        stale: count(({ stale }) => stale),
      })
      const sum = (of: { count?: number; total?: number }[]) =>
        of.reduce((all, { count = 0, total = count }) => all + total, 0)
      expect([sum(counts.reasons), sum(counts.syncs)]).toEqual([counts.stale, counts.total])
    }),
  )
})

test('a cursor of another order is refused', () => {
  const rows =
    fc.sample(
      fleet.filter((rows) => rows.length > 2),
      { numRuns: 1, seed: 1 },
    )[0] ?? []
  const order = { sort: 'failures', descending: false } as const
  const { nextCursor: cursor } = fleetPage(rows, NO_FILTER, order, { limit: 1, cursor: '' })
  for (const other of [
    { ...order, descending: true },
    { ...order, sort: 'place' },
  ] as const)
    expect(() => fleetPage(rows, NO_FILTER, other, { limit: 1, cursor })).toThrow(
      expect.objectContaining({ code: 'invalid_cursor' }),
    )
})
