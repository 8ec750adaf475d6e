import type { Sync } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import {
  type Frequency,
  formatFrequency,
  freshMsOf,
  gapsOf,
  intervalMs,
  nextCronTime,
  readFrequency,
} from '@syncline/frequency'
import type { ScheduleEvents } from '../schedule-events.ts'
import type { ScheduleStore } from '../store/schedule-store.ts'

const FAR_MS = 366 * 24 * 3600 * 1000
const TIMES_MAX = 5000

/** A sync that has a definition. */
export interface Deployed {
  sync: Sync
  /** Of its definition. */
  def: string
  frequency: Frequency
  jitterMs: number
  /** Not '': slots of its schedules have yet to be placed by its new frequency. */
  placing: string
}

/** Writes what deployed syncs say into their definitions, once for each deployment that this process learns of. */
export class Definitions {
  readonly #store: ScheduleStore
  readonly #events: ScheduleEvents
  /** The catalog has another object for each deployment. Undefined: its frequency can't be read. */
  readonly #written = new WeakMap<Sync, Promise<Deployed | undefined>>()

  constructor(store: ScheduleStore, events: ScheduleEvents) {
    this.#store = store
    this.#events = events
  }

  /** Undefined for a sync that can't be scheduled: what it has stays as it is, and the other syncs go on. */
  write(sync: Sync): Promise<Deployed | undefined> {
    const known = this.#written.get(sync)
    if (known) return known
    const writing = this.#write(sync)
    this.#written.set(sync, writing)
    writing.catch(() => this.#written.delete(sync))
    return writing
  }

  /** Redis has lost the definition: the next `write` writes it again. */
  forget(sync: Sync): void {
    this.#written.delete(sync)
  }

  async #write(sync: Sync): Promise<Deployed | undefined> {
    const { environment, integration, name } = sync
    const fields = this.#read(sync)
    if (fields === undefined) return undefined
    const names = { environment, integration, sync: name }
    for (;;) {
      const { number, placing, more } = await this.#store.setDefinition(names, fields, sync.models)
      if (more) continue
      const jitterMs = Number(fields.jitter_ms)
      return { sync, def: number, frequency: readFrequency(sync.frequency), jitterMs, placing }
    }
  }

  #read(sync: Sync): Record<string, string | number> | undefined {
    try {
      return definitionFields(sync)
    } catch (error) {
      this.#events.frequencyUnreadable(sync.environment, sync.name, error)
      return undefined
    }
  }
}

/**
 * What the catalog says of a sync, as fields of its definition; '' = it is the default, and absent. Deployments are checked, but an
 * entry may get past the check.
 */
export function definitionFields(sync: Sync): Record<string, string | number> {
  const frequency = readFrequency(sync.frequency)
  if (sync.fresh !== undefined) lengthOf('fresh', sync.fresh)
  return {
    frequency: formatFrequency(frequency),
    interval_ms: frequency.kind === 'every' ? frequency.ms : '',
    longest_ms: gapsOf(frequency).longestMs,
    fresh_ms: freshMsOf(frequency, sync.fresh),
    fresh: sync.fresh ?? '',
    jitter_ms: (sync.jitter && lengthOf('jitter', sync.jitter)) || '',
    retries: sync.retries || '',
    overlap: sync.overlap === 'skip' ? '' : sync.overlap,
    pause_after: sync.pauseAfterFailures ?? '',
    max_runs: sync.concurrency ?? '',
  }
}

function lengthOf(field: string, text: string): number {
  const ms = intervalMs(text)
  if (ms !== undefined) return ms
  throw new AppError('invalid_frequency', `${field} '${text}' is not a length of time like '15 minutes'`)
}

/** The times of cron among which the next slot of each of its schedules is, however the jitter delays it. None of an interval. */
export function slotTimes(
  { frequency, jitterMs }: Pick<Deployed, 'frequency' | 'jitterMs'>,
  now: number,
): number[] {
  if (frequency.kind === 'every') return []
  const times: number[] = []
  let time = nextCronTime(frequency, now - jitterMs)
  while (time !== undefined && times.length < TIMES_MAX) {
    times.push(time)
    if (time > now) return times
    time = nextCronTime(frequency, time)
  }
  return [...times, now + FAR_MS]
}
