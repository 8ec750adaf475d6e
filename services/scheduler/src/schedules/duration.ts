const units = [
  ['d', 24 * 3600 * 1000],
  ['h', 3600 * 1000],
  ['min', 60 * 1000],
  ['s', 1000],
] as const

/** A length of time for people: `3 h`, `90 s`. What is less than two of a unit, and not one, is told in the smaller one. */
export function duration(ms: number): string {
  const [name, size] = units.find(([, size]) => ms >= 2 * size || ms === size) ?? ['s', 1000]
  return `${Math.max(0, Math.floor(ms / size))} ${name}`
}

/** An instant for people: `12:03 UTC`, with its day if that is another one. */
export function timeOfDay(ms: number, now: number): string {
  const [day = '', time = ''] = new Date(ms).toISOString().split('T')
  const today = new Date(now).toISOString().startsWith(day)
  return `${today ? '' : `${day} `}${time.slice(0, 5)} UTC`
}
