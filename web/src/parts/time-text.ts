const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How far an instant is from now: `12 s ago`, `in 3 min`, `2 h ago`, `5 d ago`. */
export function relativeText(at: number, now: number): string {
  const distance = Math.abs(now - at)
  if (distance < 1000) return 'now'
  const text = roughText(distance)
  return at > now ? `in ${text}` : `${text} ago`
}

/** One unit: `850 ms`, `12 s`, `3 min`, `2 h`, `5 d`. */
export function roughText(ms: number): string {
  if (ms > 0 && ms < 1000) return `${Math.round(ms)} ms`
  if (ms < MINUTE) return `${Math.floor(ms / 1000)} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`
  return `${Math.floor(ms / DAY)} d`
}

/** Two units, for durations: `1.24 s`, `3 min 12 s`, `2 h 5 min`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < MINUTE) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${Math.floor((ms % MINUTE) / 1000)} s`
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`
  return `${Math.floor(ms / DAY)} d ${Math.floor((ms % DAY) / HOUR)} h`
}

/** `2026-11-27 14:03:12.345 UTC`: as logs and the CLI have it. */
export function exactText(at: number): string {
  return `${new Date(at).toISOString().replace('T', ' ').replace('Z', '')} UTC`
}
