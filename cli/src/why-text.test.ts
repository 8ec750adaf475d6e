import type { ListedRun, Schedule, StaleReason, Why } from '@syncline/sdk'
import { expect, test } from 'vitest'
import { staleReasons } from './stale-hint.ts'
import { whyText } from './why-text.ts'

const at = (minute: number) => `2026-11-26T12:${String(minute).padStart(2, '0')}:00.000Z`

const schedule = (fields: Partial<Schedule> = {}): Schedule => ({
  id: 's1',
  provider_config_key: 'github',
  connection_id: "o'neil",
  name: 'issues',
  variant: 'base',
  type: 'INCREMENTAL',
  status: 'SUCCESS',
  frequency: 'every 10 minutes',
  nextScheduledSyncAt: at(40),
  recordCount: { Issue: 842 },
  checkpoint: null,
  tags: {},
  version: '1',
  lastRun: null,
  skippedSlots: 0,
  blocked: null,
  freshness: { lastSuccessAt: at(30), freshUntil: at(50), stale: null },
  pausedBecause: null,
  failures: 0,
  ...fields,
})

const run = (fields: Partial<ListedRun> = {}): ListedRun => ({
  ...{ provider_config_key: 'github', connection_id: "o'neil", sync_name: 'issues', variant: 'base' },
  version: '1',
  ...{ id: 's1-7', state: 'ended', reason: null, error: null, warning: null, attempt: 1, cause: 'schedule' },
  ...{ fruitlessAttempts: 0, requestedAt: at(10), startedAt: at(10), finishedAt: at(11), result: {} },
  ...{ sandbox: null, lastLines: [], throttled: null, parked: null },
  ...fields,
})

const why = (fields: Partial<Why> = {}): Why => ({
  schedule: schedule(),
  skipped: [],
  runs: [],
  unavailable: [],
  ...fields,
})

const stale = (reason: StaleReason, message = 'it is so') => ({
  lastSuccessAt: at(0),
  freshUntil: at(20),
  stale: { reason, since: at(15), until: null, message },
})

test('a fresh sync is told in few lines', () => {
  expect(whyText(why())).toBe(
    `issues of connection 'o'neil' (github)

state         fresh
status        SUCCESS
frequency     every 10 minutes
last success  ${at(30)}
fresh until   ${at(50)}
next slot     ${at(40)}
records       Issue 842`,
  )
})

test('a stale one says why, since when, what to do, and what became of its slots and runs', () => {
  const waits = "its run waits since 12:15 UTC: 200 of 200 runs of environment 'dev' are in flight"
  const text = whyText(
    why({
      schedule: schedule({ variant: 'a', freshness: stale('environment_full', waits), status: 'RUNNING' }),
      skipped: [
        { first: at(16), last: at(19), count: 4, reason: 'environment_full' },
        { first: at(1), last: at(1), count: 1, reason: 'overlap' },
      ],
      runs: [
        run({ id: 's1-8', state: 'queued', startedAt: null, finishedAt: null }),
        run({ reason: 'failed', error: 'GET /items: 500' }),
      ],
    }),
  )
  expect(text).toContain(
    "issues::a of connection 'o'neil' (github)\n\nstate         stale: environment_full\n",
  )
  expect(text).toContain(
    `stale since   ${at(15)}\nwhy           ${waits}\nwhat to do    see what is in flight: syncline`,
  )
  expect(text).toMatch(/^4 {6}2026-\S+ {2}2026-\S+ {2}environment_full$/m)
  expect(text).toMatch(/^s1-8 {2}queued {2}schedule/m)
  expect(text).toMatch(/^s1-7 {2}failed {2}schedule .* GET \/items: 500$/m)
  expect(text.split('\n').length).toBeLessThan(24)
})

test.each(staleReasons)('%s has something to do, with names as a shell takes them', (reason) => {
  const text = whyText(why({ schedule: schedule({ freshness: stale(reason) }) }))
  const hint = /^what to do {4}(.*)$/m.exec(text)?.[1]
  expect(hint).toMatch(/syncline |curl /)
  if (hint?.includes('neil')) expect(hint).toContain(String.raw`'o'\''neil'`)
})

test('what nobody knows while the scheduler is silent is said so', () => {
  const unknown = schedule({
    ...{ id: null, status: null, type: null, nextScheduledSyncAt: null, skippedSlots: null, failures: null },
    recordCount: null,
    freshness: {
      ...stale('scheduler_down', 'the scheduler does not answer'),
      lastSuccessAt: null,
      freshUntil: null,
    },
  })
  const text = whyText(
    why({ schedule: unknown, skipped: null, runs: null, unavailable: ['scheduler', 'records'] }),
  )
  expect(text).toContain('last success  not known now\n')
  expect(text).toContain('records       not known now\n')
  expect(text).toMatch(/\n\ndid not answer: scheduler, records$/)
})

test('a run that is parked or throttled is not shown as one that waits for a runner', () => {
  const throttled = { times: 2, until: at(50), reason: '429' }
  const text = whyText(
    why({
      runs: [
        run({ id: 's1-9', state: 'running', finishedAt: null, parked: 'the quota is used up' }),
        run({ id: 's1-8', state: 'queued', finishedAt: null, throttled }),
      ],
    }),
  )
  expect(text).toMatch(/^s1-9 {2}parked .* the quota is used up$/m)
  expect(text).toMatch(/^s1-8 {2}throttled /m)
})
