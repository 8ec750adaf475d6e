import type { SyncToDeploy } from '@syncline/api'
import type { RunPolicy } from '@syncline/catalog'
import { type Frequency, formatFrequency, formatInterval, gapsOf, intervalMs } from '@syncline/frequency'
import { InvalidRequest } from '../http/invalid-request.ts'

const FRESH_MAX_MS = 366 * 24 * 3600 * 1000
const RETRIES_MAX = 10
const CONCURRENCY_MAX = 100_000
const FAILURES_MAX = 1000

/** How a sync is to be run, as it is stored. What is not allowed is the fault of the field at `path(field)`. */
export function checkPolicy(
  sync: SyncToDeploy,
  frequency: Frequency,
  path: (field: string) => string[],
): RunPolicy {
  const name = `${sync.provider_config_key}/${sync.name}`
  const refuse = (field: keyof SyncToDeploy, rule: string) =>
    InvalidRequest.body(path(field), `sync '${name}': ${field} '${sync[field]}' ${rule}`)
  const { shortestMs, longestMs } = gapsOf(frequency)
  const often = formatFrequency(frequency)

  const length = (field: 'fresh' | 'jitter', minMs: number, maxMs: number, why: string) => {
    const text = sync[field]
    if (text === undefined) return {}
    const ms = intervalMs(text)
    if (ms === undefined) throw refuse(field, "is not a length of time such as '15 minutes'")
    if (ms < minMs || ms > maxMs) {
      const side =
        ms < minMs ? `short: at least '${formatInterval(minMs)}'` : `long: at most '${formatInterval(maxMs)}'`
      throw refuse(field, `is too ${side}${why}`)
    }
    return { [field]: formatInterval(ms) }
  }
  const whole = (field: 'retries' | 'concurrency' | 'pause_after_failures', min: number, max: number) => {
    const value = sync[field]
    if (value !== undefined && !(Number.isInteger(value) && value >= min && value <= max))
      throw refuse(field, `must be a whole number from ${min} to ${max}`)
    return value
  }

  if (sync.jitter !== undefined && frequency.kind === 'every')
    throw refuse(
      'jitter',
      `is for cron: runs of '${often}' are spread over the interval anyway. Leave it out`,
    )
  const concurrency = whole('concurrency', 1, CONCURRENCY_MAX)
  const pauseAfterFailures = whole('pause_after_failures', 1, FAILURES_MAX)
  return {
    ...length('fresh', longestMs, FRESH_MAX_MS, `, as its frequency is '${often}'`),
    ...length('jitter', 1000, shortestMs, `, as its frequency is '${often}'`),
    retries: whole('retries', 0, RETRIES_MAX) ?? 0,
    overlap: sync.overlap ?? 'skip',
    ...(concurrency !== undefined && { concurrency }),
    ...(pauseAfterFailures !== undefined && { pauseAfterFailures }),
  }
}
