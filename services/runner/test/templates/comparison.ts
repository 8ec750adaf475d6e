import type { Checkpoint, Entry, Op, Replay, Row } from './entry.ts'

/** How far two instants may be from their clocks: replaying takes some time, and some functions cut minutes off. */
const CLOCK_TOLERANCE_MS = 60 * 60_000
const DAY_MS = 24 * 3_600_000

/** Each function gives what differs, in words; undefined = nothing does. */
type Difference = string | undefined

/** The calls that changed something, in order; of a checkpoint its values. Of a second run the data has no checkpoints. */
export function opsDifference(did: string[], ops: Op[], clocks: Clocks): Difference {
  const should = ops.filter(({ n }) => n !== 0).map(callOf)
  const isSame =
    did.length === should.length && did.every((call, i) => isSameCall(call, should[i] ?? '', clocks))
  return isSame ? undefined : `did ${did.join('; ')} instead of ${should.join('; ')}`
}

/** When the function runs, and what it may have had for the time when it was recorded. */
export type Clocks = { now: number; recorded: number[] }

/** Values that depend on the clock are marked in recorded requests. */
export function recordedClocks({ clock, exchanges }: Entry): number[] {
  const marked = exchanges.flatMap(({ query, volatile }) =>
    query.flatMap(([name, value]) =>
      volatile?.query?.includes(name) && INSTANT.test(value) ? instantOf(value) : [],
    ),
  )
  return [Date.parse(clock.iso), ...marked]
}

function callOf({ op, model, n, value }: Op): string {
  switch (op) {
    case 'save':
    case 'delete':
      return `${op} ${model} ${n}`
    case 'saveCheckpoint':
      return `checkpoint ${JSON.stringify(value)}`
    case 'clearCheckpoint':
      return 'checkpoint '
    case 'trackDeletesStart':
      return `trackStart ${model}`
    case 'trackDeletesEnd':
      return `trackEnd ${model}`
    default:
      throw new Error(`the operation '${op}' is not known`)
  }
}

const isSameCall = (did: string, should: string, clocks: Clocks): boolean =>
  did.startsWith('checkpoint ') ? isSameText(did, should, clocks) : did === should

export function checkpointDifference(ours: string, theirs: Checkpoint | null, clocks: Clocks): Difference {
  const should = theirs === null ? '' : JSON.stringify(theirs)
  return isSameText(ours, should, clocks) ? undefined : `ended at the checkpoint ${ours} instead of ${should}`
}

/** ISO 8601 dates, with or without a time; `31-Jan-2026`; Unix seconds or milliseconds. */
const INSTANT =
  /(\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?|\b\d\d-[A-Z][a-z]{2}-\d{4}\b|\b\d{10}(?:\d{3})?\b)/

/** Equal, but for instants that have the same distance from their clock, in the same notation. */
export function isSameText(ours: string, theirs: string, clocks: Clocks): boolean {
  const [a, b] = [ours.split(INSTANT), theirs.split(INSTANT)]
  return a.length === b.length && a.every((part, i) => isSamePart(part, b[i] ?? '', clocks))
}

function isSamePart(ours: string, theirs: string, { now, recorded }: Clocks): boolean {
  if (ours === theirs) return true
  const isInstant = INSTANT.test(ours) && notationOf(ours) === notationOf(theirs)
  const isDay = ours.includes('-') && !ours.includes(':')
  const toleranceMs = isDay ? DAY_MS : CLOCK_TOLERANCE_MS
  return (
    isInstant &&
    recorded.some((at) => Math.abs(instantOf(ours) - now - (instantOf(theirs) - at)) <= toleranceMs)
  )
}

const notationOf = (text: string) => text.replace(/\d/g, '0').replace(/[A-Z][a-z]{2}/, 'Mon')

function instantOf(text: string): number {
  if (text.includes('-')) return Date.parse(text)
  return text.length === 10 ? Number(text) * 1000 : Number(text)
}

/** All fields of all records, in any order; what the store adds does not count. */
export function recordsDifference(model: string, got: Row[], wanted: Row[]): Difference {
  const [ours, theirs] = [got, last(wanted)].map((rows) => JSON.stringify(sorted(rows).map(canonical)))
  return ours === theirs
    ? undefined
    : `${model}: saved ${ours?.slice(0, 400)} instead of ${theirs?.slice(0, 400)}`
}

const last = (rows: Row[]): Row[] => [...new Map(rows.map((row) => [String(row.id), row])).values()]
const sorted = (rows: Row[]): Row[] => rows.toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1))

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([key]) => key !== '_nango_metadata')
  return Object.fromEntries(
    fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, canonical(item)]),
  )
}

/** Each recorded exchange as often as it was recorded, nothing else, and with the headers of the provider. */
export function requestsDifference({ log, misses }: Replay, { exchanges, checks }: Entry): Difference {
  if (misses.length > 0) return `asked for what was not recorded: ${JSON.stringify(misses[0])}`
  for (const { n, method, path, upstreamHits } of exchanges) {
    const asked = log.filter(({ ex }) => ex === n).length
    if (asked !== upstreamHits)
      return `asked ${asked} times instead of ${upstreamHits} for ${n}, ${method} ${path}`
  }
  const bare = checks.auth ? log.find(({ auth }) => auth === false) : undefined
  return bare && `${bare.method} ${bare.path} came without headers of the provider`
}
