import { expect, test } from 'vitest'
import { type Past, type Recent, type RunSources, runsPage } from './runs-page.ts'
import { decodePosition, encodePosition, type RunsPosition } from './runs-position.ts'

/** A run that has ended, or has not (0). */
interface Run {
  id: string
  endedAt: number
}

/** Events may come to the record store in another order, if their ends are so close to each other. */
const SETTLED_AFTER = 50
const SKEW = 5

function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const newestFirst = (a: Run, b: Run) => b.endedAt - a.endedAt || (a.id < b.id ? 1 : -1)

/** What scheduler and record store have, while runs end. */
class System {
  now = 1000
  active: Run[] = []
  /** In the order in which the scheduler got them; it keeps the last ones. */
  ended: Run[] = []
  readonly known: Run[] = []
  readonly kept: number
  recordsAway = false
  schedulerAway = false
  /** The record store began later than the scheduler. */
  readonly since: number
  readonly #next: (below: number) => number
  #number = 0
  #waiting: { run: Run; at: number }[] = []

  constructor(seed: number, { kept = 1_000_000, since = 0 } = {}) {
    this.#next = random(seed)
    this.kept = kept
    this.since = since
  }

  /** Some runs begin, end, and come to the record store. */
  step(lag: number): void {
    this.now += this.#next(10)
    for (let i = this.#next(4); i > 0; i--)
      this.active.push({ id: `r${String(this.#number++).padStart(6, '0')}`, endedAt: 0 })
    for (let i = this.#next(4); i > 0 && this.active.length > 0; i--) {
      const [begun] = this.active.splice(this.#next(this.active.length), 1)
      // The clocks of schedulers differ a little.
      const run = { id: begun?.id ?? '', endedAt: this.now + this.#next(SKEW) }
      this.ended.push(run)
      if (run.endedAt >= this.since)
        this.#waiting.push({ run, at: this.now + lag + this.#next(SETTLED_AFTER - 2 * SKEW) })
    }
    const come = this.#waiting.filter(({ at }) => at <= this.now)
    this.#waiting = this.#waiting.filter(({ at }) => at > this.now)
    this.known.push(...come.map(({ run }) => run))
  }

  get sources(): RunSources<Run> {
    const kept = () => this.ended.slice(-this.kept)
    const list = (runs: Run[], cursor: string, limit: number): Recent<Run> => {
      const from = cursor === '' ? 0 : runs.findIndex(({ id }) => id === cursor) + 1
      const page = runs.slice(from, from + limit)
      const [oldest] = kept()
      return {
        runs: page,
        nextCursor: from + limit < runs.length ? (page.at(-1)?.id ?? '') : '',
        keptFromMs: this.ended.length > this.kept ? (oldest?.endedAt ?? 0) + SKEW : 0,
      }
    }
    const isNone = (time: number) => time === 0
    return {
      recent: async (cursor, from, limit) => {
        if (this.schedulerAway) return undefined
        const ended = kept()
          .reverse()
          .filter(({ endedAt }) => endedAt >= from)
        // The cursor of a run that ended meanwhile leads to the runs that ended: here those are told anyway.
        return list([...this.active.toReversed(), ...ended], cursor, limit)
      },
      past: async (behind, limit): Promise<Past<Run> | undefined> => {
        if (this.recordsAway) return undefined
        const sorted = this.known.toSorted(newestFirst)
        const to = Math.min(sorted[0]?.endedAt ?? 0, this.now) - SETTLED_AFTER
        const from = sorted.at(-1)?.endedAt ?? 0
        const time = to > from ? { knownFromMs: from, knownToMs: to } : { knownFromMs: 0, knownToMs: 0 }
        if (behind === undefined && isNone(time.knownToMs)) return { runs: [], isLast: true, ...time }
        const place = behind ?? { endedMs: time.knownToMs, runId: '' }
        const found = sorted.filter(
          ({ id, endedAt }) => endedAt < place.endedMs || (endedAt === place.endedMs && id < place.runId),
        )
        return { runs: found.slice(0, limit), isLast: found.length <= limit, ...time }
      },
      old: async (cursor, to, limit) =>
        this.schedulerAway
          ? undefined
          : list(
              kept()
                .reverse()
                .filter(({ endedAt }) => endedAt < to),
              cursor,
              limit,
            ),
      placeOf: ({ id, endedAt }) => (endedAt === 0 ? undefined : { endedMs: endedAt, runId: id }),
    }
  }

  /** All pages; more runs end between them. */
  async read(limit: number, lag: number, between = (_page: number) => {}) {
    const found: Run[] = []
    let position: RunsPosition | undefined
    for (let page = 0; page < 2000; page++) {
      const answer = await runsPage(this.sources, limit, position)
      expect(answer.runs.length).toBeLessThanOrEqual(limit)
      found.push(...answer.runs)
      if (answer.next === null) return { found, pages: page + 1 }
      position = decodePosition(encodePosition(answer.next))
      between(page)
      this.step(lag)
    }
    throw new Error('the list does not end')
  }
}

/** Each run that had ended before the first page was read is there once; none is there twice as one that ended. */
async function expectEachOnce(system: System, limit: number, lag: number) {
  const before = system.ended.map(({ id }) => id)
  const { found, pages } = await system.read(limit, lag)
  const ended = found.filter(({ endedAt }) => endedAt > 0).map(({ id }) => id)
  expect(new Set(ended).size).toBe(ended.length)
  const told = new Set(ended)
  expect(before.filter((id) => !told.has(id))).toEqual([])
  return { ended, pages }
}

const seeds = Array.from({ length: 40 }, (_, seed) => seed)

test.each(seeds)(
  'each run is told once at the seam of scheduler and record store, whatever comes when (seed %i)',
  async (seed) => {
    const next = random(seed + 1000)
    const lag = next(60)
    const system = new System(seed, { since: next(2) === 0 ? 0 : 1300 })
    for (let i = next(300); i > 0; i--) system.step(lag)
    await expectEachOnce(system, 1 + next(20), lag)
  },
)

test.each(seeds)(
  'the scheduler keeps few runs: the others come from the record store (seed %i)',
  async (seed) => {
    const next = random(seed + 2000)
    const system = new System(seed, { kept: 60 })
    for (let i = 200; i > 0; i--) system.step(0)
    await expectEachOnce(system, 5 + next(20), 0)
  },
)

test('pages are full, but for the last one', async () => {
  const system = new System(1)
  for (let i = 0; i < 400; i++) system.step(20)
  const { ended, pages } = await expectEachOnce(system, 20, 20)
  expect(pages).toBeLessThanOrEqual(Math.ceil((ended.length + system.active.length) / 20) + 3)
})

test('without the record store there are the runs that the scheduler keeps, and the page says so', async () => {
  const system = new System(2, { kept: 60 })
  for (let i = 0; i < 400; i++) system.step(20)
  system.recordsAway = true
  const page = await runsPage(system.sources, 1000, undefined)
  expect(page).toMatchObject({ next: null, unavailable: ['records'] })
  expect(page.runs.filter(({ endedAt }) => endedAt > 0)).toHaveLength(60)
})

test('without the scheduler there are the runs that ended, the newest ones too, and the page says so', async () => {
  const system = new System(3)
  for (let i = 0; i < 400; i++) system.step(20)
  system.schedulerAway = true
  const page = await runsPage(system.sources, 10, undefined)
  expect(page.unavailable).toEqual(['scheduler'])
  expect(page.runs).toEqual(system.known.toSorted(newestFirst).slice(0, 10))
  const next = await runsPage(system.sources, 10, page.next ?? undefined)
  expect(next.runs).toEqual(system.known.toSorted(newestFirst).slice(10, 20))
  system.recordsAway = true
  await expect(runsPage(system.sources, 10, undefined)).rejects.toMatchObject({ code: 'unavailable' })
})

test('a list goes on when the record store is away between two pages, and is back', async () => {
  const system = new System(4)
  for (let i = 0; i < 400; i++) system.step(20)
  const first = await runsPage(system.sources, 50, undefined)
  system.recordsAway = true
  let position = first.next
  while (position?.part === 'recent') position = (await runsPage(system.sources, 50, position)).next
  await expect(runsPage(system.sources, 50, position ?? undefined)).rejects.toMatchObject({
    code: 'unavailable',
  })
  system.recordsAway = false
  expect((await runsPage(system.sources, 50, position ?? undefined)).runs.length).toBe(50)
})

test.each(['', 'x', 'e30', Buffer.from('{"part":"past","endedMs":-1,"runId":""}').toString('base64url')])(
  "'%s' is no cursor of runs",
  (cursor) => {
    expect(() => decodePosition(cursor)).toThrow(expect.objectContaining({ code: 'invalid_cursor' }))
  },
)
