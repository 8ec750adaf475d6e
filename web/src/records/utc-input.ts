/** A moment between the address, which has an instant, and an input of a date and time, which has no zone: both are UTC here. */

/** `2026-11-27T14:03:12Z` is `2026-11-27T14:03:12`; '' = none. */
export function toInput(at: string): string {
  const ms = Date.parse(at)
  return Number.isNaN(ms) ? '' : new Date(ms).toISOString().slice(0, 19)
}

/** The other way round. An input leaves seconds away when they are zero. */
export function fromInput(text: string): string {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text)) return ''
  const ms = Date.parse(`${text}Z`)
  return Number.isNaN(ms) ? '' : `${new Date(ms).toISOString().slice(0, 19)}Z`
}
