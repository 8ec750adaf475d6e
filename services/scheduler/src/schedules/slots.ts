import { type Frequency, nextCronTime } from '@syncline/frequency'

const FAR_MS = 366 * 24 * 3600 * 1000
/** Enough to count a day of a cron of every minute; more is not worth the search. */
const MISSED_MAX = 1440

/**
 * The first slot after `now`. Slots of an interval lie on a grid whose phase is a hash of the schedule's id: they stay
 * where they are over restarts, and ten thousand schedules don't fire together. Those of cron are moved back by a part of
 * `jitterMs`, which is always the same for a schedule. next_slot in ../scripts/prelude.lua gives the same for intervals.
 */
export function nextSlot(scheduleId: string, frequency: Frequency, now: number, jitterMs = 0): number {
  if (frequency.kind === 'cron') {
    const delay = delayOf(scheduleId, jitterMs)
    const time = nextCronTime(frequency, now - delay)
    return time === undefined ? now + FAR_MS : time + delay
  }
  const phase = spread(scheduleId, frequency.ms)
  return phase + (Math.floor((now - phase) / frequency.ms) + 1) * frequency.ms
}

/** How many slots passed between one that is due and `now`: after downtime, what was due fires once for them all. */
export function missedSlots(
  scheduleId: string,
  frequency: Frequency,
  due: number,
  now: number,
  jitterMs = 0,
): number {
  if (frequency.kind === 'every') return Math.max(0, Math.floor((now - due) / frequency.ms))
  const delay = delayOf(scheduleId, jitterMs)
  let missed = 0
  let time = nextCronTime(frequency, due - delay)
  while (time !== undefined && time + delay <= now && missed < MISSED_MAX) {
    missed++
    time = nextCronTime(frequency, time)
  }
  return missed
}

/** From 0 to `ms`, always the same for a schedule. */
export function spread(scheduleId: string, ms: number): number {
  return Number.parseInt(scheduleId.slice(0, 12), 16) % ms
}

const delayOf = (scheduleId: string, jitterMs: number) => (jitterMs > 0 ? spread(scheduleId, jitterMs) : 0)
