import type { Sync } from '@syncline/catalog'
import { freshMsOf, gapsOf, readFrequency } from '@syncline/frequency'
import { nextSlot } from '../schedules/slots.ts'

/** What a frequency of its own ('' = that of its sync) changes in a schedule. */
export function frequencyChange(
  id: string,
  text: string,
  sync: Sync,
  jitterMs: number | undefined,
  now: number,
) {
  const frequency = readFrequency(text || sync.frequency)
  const isOwn = text !== ''
  const isCron = frequency.kind === 'cron'
  return {
    frequency: text,
    intervalMs: isOwn && !isCron ? frequency.ms : ('' as const),
    longestMs: isOwn && isCron ? gapsOf(frequency).longestMs : ('' as const),
    freshMs: isOwn ? freshMsOf(frequency, sync.fresh) : ('' as const),
    nextAt: nextSlot(id, frequency, now, jitterMs),
  }
}
