const DATE = String.raw`(\d{4})-(\d\d)-(\d\d)`
const TIME = String.raw`(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?`
const OFFSET = String.raw`(?:(z)|([+-])(\d\d)(?::?(\d\d))?)`
const INSTANT = new RegExp(`^${DATE}t${TIME}${OFFSET}$`, 'i')

/**
 * What ISO 8601 and RFC 3339 let people write, as UTC with milliseconds, which `Date.parse` reads; undefined if it is not an instant. A finer
 * fraction is cut off: nothing of ours is finer.
 */
export function readInstant(text: string): string | undefined {
  const match = INSTANT.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second = '00', fraction = ''] = match
  const [, sign, offsetHours = '00', offsetMinutes = '00'] = match.slice(8)
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return undefined
  const wall = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`
  const at = Date.parse(wall)
  // Date.parse takes the 31st of February as the 3rd of March.
  if (Number.isNaN(at) || (hour !== '24' && new Date(at).getUTCDate() !== Number(day))) return undefined
  const offsetMs = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000
  return new Date(sign === '-' ? at + offsetMs : at - offsetMs).toISOString()
}
