import type { RunPolicy } from '@syncline/catalog'

/** What all schedules of a deployed sync share: a hash in Redis, see load_definition in ../scripts/prelude.lua. */
export interface Definition {
  /** Its number, which schedules refer to it by. */
  id: string
  environment: string
  /** `provider_config_key` */
  integration: string
  sync: string
  /** Default frequency of the deployed sync, in the grammar of @syncline/frequency. */
  frequency: string
  /** 0 = the frequency is cron. */
  intervalMs: number
  /** The longest time between two slots. */
  longestMs: number
  /** `fresh` of the sync; '' = none. */
  fresh: string
  /** How old the records may be before a schedule counts as stale. */
  freshMs: number
  /** Slots of cron are spread over so long. */
  jitterMs: number
  retries: number
  overlap: RunPolicy['overlap']
  /** Failures in a row; 0 = never. */
  pauseAfter: number
  /** 0 = no limit. */
  maxRuns: number
  /** What the sync has ever written: emptied when a schedule goes. */
  models: string[]
  /** How many base schedules there are. */
  schedules: number
  variants: number
  running: number
  waiting: number
}

export function definitionFrom(id: string, fields: Record<string, string>): Definition {
  return {
    id,
    environment: fields.environment ?? '',
    integration: fields.integration ?? '',
    sync: fields.sync ?? '',
    frequency: fields.frequency ?? '',
    intervalMs: Number(fields.interval_ms ?? 0),
    longestMs: Number(fields.longest_ms ?? 0),
    fresh: fields.fresh ?? '',
    freshMs: Number(fields.fresh_ms ?? 0),
    jitterMs: Number(fields.jitter_ms ?? 0),
    retries: Number(fields.retries ?? 0),
    overlap: (fields.overlap ?? 'skip') as Definition['overlap'], // what our scripts wrote
    pauseAfter: Number(fields.pause_after ?? 0),
    maxRuns: Number(fields.max_runs ?? 0),
    models: JSON.parse(fields.models ?? '[]'),
    schedules: Number(fields.schedules ?? 0),
    variants: Number(fields.variants ?? 0),
    running: Number(fields.running ?? 0),
    waiting: Number(fields.waiting ?? 0),
  }
}
