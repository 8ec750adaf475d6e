const DAY_MS = 86_400_000

/** Of a tick, in the reader's zone: `14:30`, and a day where a day begins or ticks are days apart. */
export function clockText(at: number, ticks: { at: number }[], zone?: string): string {
  const step = ticks.length > 1 ? (ticks[1]?.at ?? 0) - (ticks[0]?.at ?? 0) : 0
  const time = new Date(at).toLocaleTimeString('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
  })
  if (step < DAY_MS && time !== '00:00') return time
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: zone })
}
