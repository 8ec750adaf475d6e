import type { Schedule, Syncline } from '@syncline/sdk'
import { integrations, syncs } from './fleet.ts'

const DAY_MS = 86_400_000

/** A request that a screen makes; `n` makes others of the same kind. */
export interface Question {
  screen: string
  name: string
  path: (n: number) => string
}

/** What the screens ask, with each filter that they have. */
export async function questions(client: Syncline, schedules: readonly Schedule[]): Promise<Question[]> {
  const ago = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString()
  const one = (n: number) => schedules[(n * 977) % schedules.length] as Schedule
  const of = (schedule: Schedule) =>
    `provider_config_key=${schedule.provider_config_key}&connection_id=${schedule.connection_id}`
  const oneSync = (n: number) => `${of(one(n))}&sync_name=${one(n).name}`
  const integration = (n: number) => `provider_config_key=${integrations[n % integrations.length]}`
  const sync = (n: number) => `${integration(n)}&sync_name=${syncs[n % syncs.length]}`

  const { errors } = await client.runs.errors({ from: ago(30), limit: 100 })
  const fingerprint = (n: number) => errors[(n * 7) % errors.length]?.fingerprint
  const pastPage = await client.runs.list({ from: ago(200), to: ago(180), limit: 100 })
  const past = (n: number) => pastPage.runs[n % pastPage.runs.length]?.id
  const deep = pastPage.next_cursor
  const next = (await client.schedules.list({ limit: 100 })).next_cursor
  const ids = (n: number) => Array.from({ length: 100 }, (_, i) => one(n * 100 + i).id).join(',')

  const question = (screen: string) => (name: string, path: (n: number) => string) => ({ screen, name, path })
  const [now, fleet, schedule] = [question('Now'), question('Syncs'), question('Schedule')]
  const [runs, failures] = [question('Runs'), question('Errors')]
  return [
    now('counts', () => '/schedules/counts'),
    now('chart of 24 h', () => `/stats?from=${ago(1)}`),
    now('chart of 7 days', () => `/stats?from=${ago(7)}`),
    now('chart of 90 days', () => `/stats?from=${ago(90)}`),
    now('chart of a year', () => `/stats?from=${ago(365)}`),
    now('runs that have not ended', () => '/runs?state=queued,running&limit=100'),
    now('capacity', () => '/capacity'),
    fleet('first page', () => '/schedules?limit=100'),
    fleet('next page', () => `/schedules?limit=100&cursor=${next}`),
    fleet('by text', (n) => `/schedules?limit=100&q=customer-${n * 7}`),
    fleet('stale ones', () => '/schedules?limit=100&stale=true'),
    fleet('by reason', () => '/schedules?limit=100&reason=failing'),
    fleet('by tag', () => '/schedules?limit=100&tags%5Bplan%5D=enterprise'),
    fleet('by version', () => '/schedules?limit=100&version=1'),
    fleet('of an integration', (n) => `/schedules?limit=100&${integration(n)}`),
    ...['last_success', 'last_run', 'next_run', 'failures', 'stale_since'].map((sort) =>
      fleet(`sorted by ${sort}`, () => `/schedules?limit=100&sort=${sort}&order=desc`),
    ),
    fleet('counts of a filter', (n) => `/schedules/counts?${integration(n)}`),
    fleet('sparklines of 100 rows', (n) => `/schedules/activity?ids=${ids(n)}`),
    schedule('why', (n) => `/why?${oneSync(n)}`),
    schedule('its runs', (n) => `/runs?limit=100&${oneSync(n)}`),
    schedule('its chart of 90 days', (n) => `/stats?from=${ago(90)}&${oneSync(n)}`),
    runs('newest', () => '/runs?limit=100'),
    runs('that failed', () => '/runs?limit=100&outcome=failed'),
    runs('with any error', () => '/runs?limit=100&outcome=failed,lost,timed_out,crashed'),
    runs('cancelled, 0.2 %', () => '/runs?limit=100&outcome=cancelled'),
    runs('with an outcome that no run had', () => '/runs?limit=100&outcome=protocol_violation'),
    runs('success and one that no run had', () => '/runs?limit=100&outcome=success,exited'),
    runs('of a sync', (n) => `/runs?limit=100&${sync(n)}`),
    runs('of a connection', (n) => `/runs?limit=100&${of(one(n))}`),
    runs('of a connection that failed', (n) => `/runs?limit=100&outcome=failed&${of(one(n))}`),
    runs('of a day half a year ago', (n) => `/runs?limit=100&from=${ago(180 + n)}&to=${ago(179 + n)}`),
    runs('page behind that', () => `/runs?limit=100&from=${ago(200)}&to=${ago(180)}&cursor=${deep}`),
    runs('with one error', (n) => `/runs?limit=100&fingerprint=${fingerprint(n)}`),
    runs('with a text in the error', (n) => `/runs?limit=100&q=answered%20${500 + n}`),
    runs('with a text that no error has', () => '/runs?limit=100&q=nowhere'),
    runs('one of half a year ago', (n) => `/runs/${past(n)}`),
    failures('of 24 h', () => `/errors?from=${ago(1)}`),
    failures('of 7 days', () => '/errors'),
    failures('of 30 days', () => `/errors?from=${ago(30)}`),
    failures('of a year', () => `/errors?from=${ago(365)}`),
    failures('of a year, by connections', () => `/errors?from=${ago(365)}&sort=connections`),
    failures('of 30 days, the newest one first', () => `/errors?from=${ago(30)}&sort=last_seen`),
    failures('of 30 days of a sync', (n) => `/errors?from=${ago(30)}&${sync(n)}`),
    failures('of 30 days by text', (n) => `/errors?from=${ago(30)}&q=answered%20${500 + n}`),
    failures('chart of a year of a sync', (n) => `/stats?from=${ago(365)}&${sync(n)}`),
    failures('chart of a year of a connection', (n) => `/stats?from=${ago(365)}&${of(one(n))}`),
  ]
}
