/** A run makes so many calls again, rather than to keep a process waiting. */
const REPEATED_CALLS_MAX = 3

/** An attempt all of whose calls wait for the API. */
export interface Waiting {
  /** The API has named the time of each wait. Waits of calls that count their tries would start again in another attempt. */
  isNamed: boolean
  /** The attempt has saved a checkpoint: the next attempt is further than this one was when it began. */
  hasAdvanced: boolean
  /** Requests that were answered since then, or since the attempt began: the next attempt makes them again. */
  answered: number
  /** None of them may have changed something in the API: see `isRepeatable`. */
  areRepeatable: boolean
  /** There is a place for its process without a slot. */
  canPark: boolean
  /** There are slots left for runs of other APIs. */
  canStay: boolean
}

/**
 * Where an attempt waits for longer than it may hold its slot for nothing:
 *
 * - `throttle`: nowhere. It ends, and the run comes back when its time has come. Right if that costs next to nothing: no request
 *   was answered yet, or few since a checkpoint of this attempt. An attempt that has not advanced and has got answers would
 *   get the same answers again in the next one, use up the quota, and never end. One that has created something since its
 *   checkpoint would create it twice.
 * - `park`: its process stays, without a slot.
 * - `stay`: in its slot, for want of places. Not if the attempt has advanced and its requests are repeatable, and not if too
 *   many wait in their slots: then it ends, whatever is repeated. The scheduler ends a run that was throttled for a day.
 */
export function decideWait({
  isNamed,
  hasAdvanced,
  answered,
  areRepeatable,
  canPark,
  canStay,
}: Waiting): 'throttle' | 'park' | 'stay' {
  const canGoBack = isNamed && hasAdvanced && areRepeatable
  if ((isNamed && answered === 0) || (canGoBack && answered <= REPEATED_CALLS_MAX)) return 'throttle'
  if (canPark) return 'park'
  return canStay && !canGoBack ? 'stay' : 'throttle'
}
