/** A point of `GET /stats`. */
export interface StatPoint {
  at: string
  runs: Record<string, number>
  records: { added: number; updated: number; deleted: number }
  wait_ms: { p50: number; p99: number } | null
}

export interface Series {
  /** Unix milliseconds. */
  times: number[]
  /** Per minute. */
  runs: Record<'success' | 'failed' | 'cancelled', number[]>
  records: Record<'added' | 'updated' | 'deleted', number[]>
  /** Milliseconds; null where no run began. */
  wait: Record<'p50' | 'p99', (number | null)[]>
  totals: { runs: number; failed: number; changes: number }
}

export function seriesOf(points: StatPoint[], stepSeconds: number): Series {
  const perMinute = (read: (point: StatPoint) => number) =>
    points.map((point) => (read(point) * 60) / stepSeconds)
  const sum = (read: (point: StatPoint) => number) => points.reduce((total, point) => total + read(point), 0)
  return {
    times: points.map(({ at }) => Date.parse(at)),
    runs: { success: perMinute(succeeded), failed: perMinute(failed), cancelled: perMinute(cancelled) },
    records: {
      added: perMinute(({ records }) => records.added),
      updated: perMinute(({ records }) => records.updated),
      deleted: perMinute(({ records }) => records.deleted),
    },
    wait: {
      p50: points.map((it) => it.wait_ms?.p50 ?? null),
      p99: points.map((it) => it.wait_ms?.p99 ?? null),
    },
    totals: { runs: sum(all), failed: sum(failed), changes: sum(changes) },
  }
}

const all = ({ runs }: StatPoint) => Object.values(runs).reduce((sum, count) => sum + count, 0)
const succeeded = ({ runs }: StatPoint) => runs.success ?? 0
const cancelled = ({ runs }: StatPoint) => runs.cancelled ?? 0
/** Whatever is neither: an outcome that a newer server adds is a failure, too. */
const failed = (point: StatPoint) => all(point) - succeeded(point) - cancelled(point)
const changes = ({ records: { added, updated, deleted } }: StatPoint) => added + updated + deleted

/** What can be looked at. No range has more points than one answer. */
export const ranges = {
  '1h': { label: '1 h', ms: 3_600_000, step: 60 },
  '24h': { label: '24 h', ms: 86_400_000, step: 900 },
  '7d': { label: '7 d', ms: 7 * 86_400_000, step: 3_600 },
  '30d': { label: '30 d', ms: 30 * 86_400_000, step: 6 * 3_600 },
  '1y': { label: '1 y', ms: 365 * 86_400_000, step: 86_400 },
} as const
export type Range = keyof typeof ranges

export const rangeOf = (text: string): Range => (Object.hasOwn(ranges, text) ? (text as Range) : '1h') // it is a key

/** From and to, at whole steps: a request is the same until the next step begins. The step that goes on is part of it. */
export function boundsOf(range: Range, now: number): { from: string; to: string } {
  const { ms, step } = ranges[range]
  const to = Math.ceil(now / (step * 1000)) * step * 1000
  return { from: new Date(to - ms).toISOString(), to: new Date(to).toISOString() }
}

/** That all runs of the last quarter of an hour failed, and how many they were. Few of them prove nothing. */
export function allFailed(points: StatPoint[], now: number): number | null {
  const recent = points.filter(({ at }) => Date.parse(at) >= now - RECENT_MS)
  const count = recent.reduce((sum, point) => sum + failed(point), 0)
  return count >= FEW && recent.every((point) => succeeded(point) === 0) ? count : null
}

const RECENT_MS = 15 * 60_000
const FEW = 5
