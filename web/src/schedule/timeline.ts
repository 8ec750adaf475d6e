import type { ListedRun, SkippedSlots } from '@syncline/api'

/** A run or a row of skipped slots, placed on a line. */
export type Mark =
  | { kind: 'run'; x: number; width: number; run: ListedRun }
  | { kind: 'skipped'; x: number; width: number; slots: SkippedSlots }

interface Stretch {
  x: number
  width: number
}

export interface Timeline {
  marks: Mark[]
  ticks: { x: number; at: number }[]
  now: number
  /** The next slot. Null: it is not on the line. */
  next: number | null
  fresh: Stretch | null
  stale: Stretch | null
}

export interface TimelineInput {
  runs: ListedRun[]
  skipped: SkippedSlots[]
  nextAt: string | null
  /** From the last success to where it becomes stale. */
  fresh: { from: string; to: string } | null
  staleSince: string | null
  /** Milliseconds. */
  from: number
  to: number
  now: number
  /** Pixels. */
  width: number
}

/** A shorter run is drawn this wide, so that it is seen. */
const LEAST_WIDTH = 3
const MINUTE = 60_000
const TICK_STEPS = [1, 5, 10, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map(
  (minutes) => minutes * MINUTE,
)
const TICK_WIDTH = 72

export const spans = {
  '1h': { label: '1 h', ms: 60 * MINUTE },
  '6h': { label: '6 h', ms: 360 * MINUTE },
  '24h': { label: '24 h', ms: 1440 * MINUTE },
  '7d': { label: '7 d', ms: 10_080 * MINUTE },
} as const
export type Span = keyof typeof spans

/** The shortest one that has a dozen runs, or all of them. */
export function spanFor(runs: ListedRun[], now: number): Span {
  const oldest = Math.min(...runs.slice(0, 12).map(({ requestedAt }) => Date.parse(requestedAt)))
  const names = Object.keys(spans) as Span[] // the keys of the record above
  return names.find((name) => now - spans[name].ms <= oldest) ?? '7d'
}

export function layOut({
  runs,
  skipped,
  nextAt,
  fresh,
  staleSince,
  from,
  to,
  now,
  width,
}: TimelineInput): Timeline {
  const x = (at: number) => ((at - from) / (to - from)) * width
  /** Where it is on the line, cut at its ends; null: nowhere. */
  const place = (begin: number, end: number): Stretch | null => {
    if (!(end >= from && begin <= to)) return null
    const left = Math.max(x(begin), 0)
    return {
      x: Math.min(left, width - LEAST_WIDTH),
      width: Math.max(Math.min(x(end), width) - left, LEAST_WIDTH),
    }
  }
  const marks: Mark[] = []
  for (const slots of skipped) {
    const stretch = place(Date.parse(slots.first), Date.parse(slots.last))
    if (stretch) marks.push({ kind: 'skipped', ...stretch, slots })
  }
  // The oldest first: where two overlap, the newer one is on top.
  for (const run of runs.toReversed()) {
    const { begin, end } = spanOf(run, now)
    const stretch = place(begin, end)
    if (stretch) marks.push({ kind: 'run', ...stretch, run })
  }
  const next = nextAt === null ? Number.NaN : Date.parse(nextAt)
  return {
    marks,
    ticks: ticksOf(from, to, width),
    now: x(now),
    next: next >= from && next <= to ? x(next) : null,
    fresh: staleSince === null && fresh ? place(Date.parse(fresh.from), Date.parse(fresh.to)) : null,
    stale: staleSince === null ? null : place(Date.parse(staleSince), now),
  }
}

/** From its beginning, or its request while it waits, to its end, or now. */
export function spanOf({ requestedAt, startedAt, finishedAt }: ListedRun, now: number) {
  const begin = Date.parse(startedAt ?? requestedAt)
  return { begin, end: Math.max(finishedAt === null ? now : Date.parse(finishedAt), begin) }
}

function ticksOf(from: number, to: number, width: number): { x: number; at: number }[] {
  const most = Math.max(Math.floor(width / TICK_WIDTH), 1)
  const step = TICK_STEPS.find((ms) => (to - from) / ms <= most) ?? (to - from) / most
  // Whole hours and days of the reader's zone, also where its offset is half an hour.
  const offset = new Date(from).getTimezoneOffset() * MINUTE
  const first = Math.ceil((from - offset) / step) * step + offset
  const ticks: { x: number; at: number }[] = []
  for (let at = first; at <= to; at += step) ticks.push({ at, x: ((at - from) / (to - from)) * width })
  return ticks
}

export type HistoryRow =
  | { kind: 'run'; at: number; run: ListedRun }
  | { kind: 'skipped'; at: number; slots: SkippedSlots }

/** Runs and skipped slots in one list, newest first. Before the oldest run that is loaded there may be others, so no slots either. */
export function historyOf(runs: ListedRun[], skipped: SkippedSlots[], complete: boolean): HistoryRow[] {
  const rows: HistoryRow[] = runs.map((run) => ({ kind: 'run', at: Date.parse(run.requestedAt), run }))
  const oldest = complete ? Number.NEGATIVE_INFINITY : Math.min(...rows.map(({ at }) => at))
  for (const slots of skipped) {
    const at = Date.parse(slots.last)
    if (at >= oldest) rows.push({ kind: 'skipped', at, slots })
  }
  return rows.toSorted((a, b) => b.at - a.at)
}
