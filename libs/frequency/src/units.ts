const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const WEEK_MS = 7 * DAY_MS

/** Largest first; the name is how we write it, in the singular. */
export const units = [
  { name: 'week', ms: WEEK_MS, spellings: ['w', 'week', 'weeks'] },
  { name: 'day', ms: DAY_MS, spellings: ['d', 'day', 'days'] },
  { name: 'hour', ms: HOUR_MS, spellings: ['h', 'hr', 'hrs', 'hour', 'hours'] },
  { name: 'minute', ms: MINUTE_MS, spellings: ['m', 'min', 'mins', 'minute', 'minutes'] },
  { name: 'second', ms: SECOND_MS, spellings: ['s', 'sec', 'secs', 'second', 'seconds'] },
]

/** Milliseconds of every spelling that a frequency may use. */
export const unitMs = new Map([
  ...units.flatMap(({ ms, spellings }) => spellings.map((spelling): [string, number] => [spelling, ms])),
  ['month', 30 * DAY_MS],
  ['months', 30 * DAY_MS],
  ['half day', 12 * HOUR_MS],
  ['half hour', 30 * MINUTE_MS],
  ['quarter hour', 15 * MINUTE_MS],
])
