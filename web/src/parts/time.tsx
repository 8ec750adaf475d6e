import { useNow } from '../api/clock.ts'
import { durationText, exactText, relativeText, roughText } from './time-text.ts'

/** How long ago an instant was, or how far it is; the exact time on a touch. By the clock of the server. */
export function Time({ at, none = '–' }: { at: string | null | undefined; none?: string }) {
  const now = useNow()
  if (!at) return <span>{none}</span>
  const ms = Date.parse(at)
  return (
    <time dateTime={at} title={exactText(ms)} style={{ whiteSpace: 'nowrap' }}>
      {relativeText(ms, now)}
    </time>
  )
}

/** How far an instant is; `0 s` once it is over. */
export function TimeLeft({ until }: { until: string }) {
  const now = useNow()
  const ms = Date.parse(until)
  return (
    <time dateTime={until} title={exactText(ms)} style={{ whiteSpace: 'nowrap' }}>
      {roughText(Math.max(0, Math.floor((ms - now) / 1000) * 1000))}
    </time>
  )
}

/** From one instant to another one; without an end, until now. */
export function Duration({ from, to }: { from: string | null; to?: string | null }) {
  if (!from) return <span>–</span>
  if (to)
    return <span style={{ whiteSpace: 'nowrap' }}>{durationText(Date.parse(to) - Date.parse(from))}</span>
  return <RunningDuration from={Date.parse(from)} />
}

function RunningDuration({ from }: { from: number }) {
  const now = useNow()
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      {durationText(Math.max(0, Math.floor((now - from) / 1000) * 1000))}
    </span>
  )
}
