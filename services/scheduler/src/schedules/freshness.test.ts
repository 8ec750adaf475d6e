import { SeededRandom } from '@syncline/testkit'
import { describe, expect, test } from 'vitest'
import { type Facts, freshness } from './freshness.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOW = Date.UTC(2026, 10, 26, 15, 0)

type Fields<Name extends 'schedule' | 'run'> = Partial<NonNullable<Facts[Name]>>

/** It succeeded three hours ago, runs every hour, and may be two hours old. */
const schedule = (fields: Fields<'schedule'> = {}): Facts['schedule'] => ({
  createdAt: NOW - 240 * HOUR,
  freshAt: NOW - 3 * HOUR,
  freshMs: 2 * HOUR,
  intervalMs: HOUR,
  paused: false,
  pausedBecause: '',
  pausedAt: 0,
  blocked: undefined,
  nextAt: NOW + 10 * MINUTE,
  retryAt: 0,
  failures: 0,
  failingSince: 0,
  heldSince: 0,
  stale: undefined,
  ...fields,
})

const run = (fields: Fields<'run'> = {}): Facts['run'] => ({
  state: 'QUEUED',
  requestedAt: NOW - 2 * HOUR,
  queuedAt: NOW - 2 * HOUR,
  startedAt: 0,
  notBefore: 0,
  throttledReason: '',
  parked: '',
  handBack: '',
  unavailableSince: 0,
  ...fields,
})
const running = (fields: Fields<'run'> = {}) =>
  run({ state: 'RUNNING', startedAt: NOW - 2 * HOUR, ...fields })
const failed = { outcome: 'FAILED', error: 'GET /items: 500', finishedAt: NOW - 30 * MINUTE }

const facts = (fields: Partial<Facts> = {}): Facts => ({
  now: NOW,
  expectedSince: NOW - 240 * HOUR,
  schedule: schedule(),
  run: undefined,
  ended: { outcome: 'SUCCESS', error: '', finishedAt: NOW - 3 * HOUR },
  environment: { name: 'dev', running: 3, max: 200, oldestAt: NOW - 3 * HOUR },
  integration: { name: 'github', running: 2, max: 0, oldestAt: 0 },
  sync: { name: 'github/issues', running: 1, max: 0, oldestAt: 0 },
  runners: { alive: 2, slots: 8, busy: 8 },
  downtime: undefined,
  ...fields,
})
const environment = { name: 'dev', running: 200, max: 200, oldestAt: NOW - 3 * HOUR }
const integration = { name: 'github', running: 5, max: 5, oldestAt: 0 }
const sync = { name: 'github/issues', running: 1, max: 1, oldestAt: 0 }
const blocked = { message: 'invalid_grant', since: '2026-11-26T10:00:00.000Z' }
const downtime = { from: NOW - 2 * HOUR, to: NOW - MINUTE }
const makesUp = { requestedAt: NOW - MINUTE + 500, queuedAt: NOW - MINUTE + 500 }

describe('fresh', () => {
  test.each<[string, Partial<Facts>, number]>([
    ['two hours after a success', { schedule: schedule({ freshAt: NOW - 2 * HOUR + 1 }) }, NOW + 1],
    [
      'that never ran, two hours after its creation',
      { schedule: schedule({ freshAt: 0, createdAt: NOW - HOUR }), ended: undefined },
      NOW + HOUR,
    ],
    ['though it is paused', { schedule: schedule({ freshAt: NOW - HOUR, paused: true }) }, NOW + HOUR],
    ['though it is blocked', { schedule: schedule({ freshAt: NOW - HOUR, blocked }) }, NOW + HOUR],
    [
      'though its last run failed',
      { schedule: schedule({ freshAt: NOW - HOUR, failures: 3 }), ended: failed },
      NOW + HOUR,
    ],
    [
      'though its slot is overdue',
      { schedule: schedule({ freshAt: NOW - HOUR, nextAt: NOW - HOUR }) },
      NOW + HOUR,
    ],
    [
      'though its run waits',
      { schedule: schedule({ freshAt: NOW - HOUR }), run: run(), environment },
      NOW + HOUR,
    ],
    [
      'that was made a moment ago and has no schedule yet',
      { schedule: undefined, expectedSince: NOW - 29_000 },
      0,
    ],
  ])('a schedule is fresh %s', (_, fields, freshUntil) => {
    expect(freshness(facts(fields))).toMatchObject({ freshUntil, stale: undefined })
  })

  test('it is stale from the very moment until which it was fresh', () => {
    expect(freshness(facts({ schedule: schedule({ freshAt: NOW - 2 * HOUR }) })).stale).toBeDefined()
  })
})

describe('stale for one reason', () => {
  test.each<[string, Partial<Facts>, { since: number; until?: number; message: string }]>([
    [
      'paused',
      { schedule: schedule({ paused: true }) },
      { since: NOW - HOUR, message: 'it is paused: somebody paused it, or it was never started' },
    ],
    [
      'paused',
      { schedule: schedule({ paused: true, pausedAt: NOW - 90 * MINUTE, pausedBecause: '5 runs failed' }) },
      { since: NOW - 90 * MINUTE, message: 'it was paused: 5 runs failed' },
    ],
    [
      'needs_reauth',
      { schedule: schedule({ blocked, failures: 2 }), ended: failed },
      {
        since: Date.parse(blocked.since),
        message: 'its connection needs new credentials: invalid_grant',
      },
    ],
    [
      'scheduler_down',
      { schedule: schedule({ nextAt: NOW - HOUR }) },
      { since: NOW - HOUR, message: 'it is due since 14:00 UTC, and no scheduler begins its run' },
    ],
    [
      'scheduler_down',
      { schedule: schedule({ retryAt: NOW - MINUTE, failures: 1 }), ended: failed },
      { since: NOW - MINUTE, message: 'it is due since 14:59 UTC, and no scheduler begins its run' },
    ],
    [
      'scheduler_down',
      { schedule: undefined, expectedSince: NOW - 30 * HOUR },
      {
        since: NOW - 30 * HOUR,
        message:
          'it has no schedule although it is in the catalog since 2026-11-25 09:00 UTC: no scheduler has made one',
      },
    ],
    [
      'scheduler_down',
      { run: run(makesUp), downtime, environment },
      {
        since: NOW - 2 * HOUR,
        message: 'no scheduler worked from 13:00 UTC to 14:59 UTC; its run waits since 14:59 UTC',
      },
    ],
    [
      'scheduler_down',
      { run: running({ ...makesUp, startedAt: NOW - 30_000 }), downtime },
      {
        since: NOW - 2 * HOUR,
        message: 'no scheduler worked from 13:00 UTC to 14:59 UTC; its run goes on since 14:59 UTC',
      },
    ],
    [
      'store_unavailable',
      { run: run({ handBack: 'store_unavailable', unavailableSince: NOW - 90 * MINUTE }), environment },
      {
        since: NOW - 90 * MINUTE,
        message:
          'its run could not reach the record store, NATS, Redis or the catalog; its run waits since 13:00 UTC',
      },
    ],
    [
      'rate_limited',
      { run: run({ notBefore: NOW + 20 * MINUTE, throttledReason: 'GET /items: 429' }), environment },
      {
        since: NOW - 2 * HOUR,
        until: NOW + 20 * MINUTE,
        message: 'its API makes it wait until 15:20 UTC: GET /items: 429',
      },
    ],
    [
      'rate_limited',
      { run: running({ parked: "the quota of 'github' is used up" }) },
      { since: NOW - 2 * HOUR, message: "its API makes it wait: the quota of 'github' is used up" },
    ],
    [
      'environment_full',
      { run: run(), environment, integration, sync },
      {
        since: NOW - 2 * HOUR,
        message:
          "its run waits since 13:00 UTC: 200 of 200 runs of environment 'dev' are in flight; the oldest runs for 3 h",
      },
    ],
    [
      'integration_full',
      { run: run(), integration, sync },
      {
        since: NOW - 2 * HOUR,
        message: "its run waits since 13:00 UTC: 5 of 5 runs of integration 'github' are in flight",
      },
    ],
    [
      'integration_full',
      { run: run(), sync },
      {
        since: NOW - 2 * HOUR,
        message: "its run waits since 13:00 UTC: 1 of 1 runs of sync 'github/issues' are in flight",
      },
    ],
    [
      'no_runner',
      { run: run() },
      { since: NOW - 2 * HOUR, message: 'its run waits since 13:00 UTC: 8 of 8 slots of 2 runners are busy' },
    ],
    [
      'no_runner',
      { run: run(), runners: { alive: 0, slots: 0, busy: 0 } },
      { since: NOW - 2 * HOUR, message: 'its run waits since 13:00 UTC: there is no runner' },
    ],
    [
      'backfilling',
      { schedule: schedule({ freshAt: 0 }), run: running(), ended: undefined },
      { since: NOW - 2 * HOUR, message: 'its first run goes on since 13:00 UTC' },
    ],
    [
      'no_runner',
      {
        schedule: schedule({
          ...{ freshAt: 0, createdAt: NOW - 4 * HOUR },
          stale: { reason: 'no_runner', since: NOW - 2 * HOUR },
        }),
        run: running({ startedAt: NOW - MINUTE }),
        ended: undefined,
      },
      { since: NOW - 2 * HOUR, message: 'its run waited for a runner; its run goes on since 14:59 UTC' },
    ],
    [
      'overlap',
      { run: running(), schedule: schedule({ failures: 1, heldSince: NOW - 5 * HOUR }) },
      {
        since: NOW - HOUR,
        message: 'its run goes on since 13:00 UTC, which is longer than its interval of 1 h',
      },
    ],
    [
      'failing',
      { schedule: schedule({ failures: 3, failingSince: NOW - 2 * HOUR }), ended: failed },
      {
        since: NOW - 2 * HOUR,
        message: 'its last 3 runs failed: GET /items: 500; its next slot is at 15:10 UTC',
      },
    ],
    [
      'failing',
      { schedule: schedule({ failures: 1, failingSince: NOW - HOUR, retryAt: NOW + MINUTE }), ended: failed },
      {
        since: NOW - HOUR,
        until: NOW + MINUTE,
        message: 'its last run did not succeed: GET /items: 500; it is repeated at 15:01 UTC',
      },
    ],
    [
      'failing',
      {
        schedule: schedule({ failures: 1, failingSince: NOW - HOUR }),
        run: running({ requestedAt: NOW - MINUTE, startedAt: NOW - MINUTE }),
        ended: failed,
      },
      {
        since: NOW - HOUR,
        message: 'its last run did not succeed: GET /items: 500; its run goes on since 14:59 UTC',
      },
    ],
    [
      'failing',
      {
        schedule: schedule({ failures: 2, failingSince: NOW - HOUR }),
        run: run({ requestedAt: NOW - 9000, queuedAt: NOW - 9000 }),
        ended: failed,
        environment,
      },
      {
        since: NOW - HOUR,
        message: 'its last 2 runs failed: GET /items: 500; its run waits since 14:59 UTC',
      },
    ],
    [
      'failing',
      { ended: { outcome: 'CANCELLED', error: '', finishedAt: NOW - MINUTE } },
      { since: NOW - MINUTE, message: 'its last run did not succeed; its next slot is at 15:10 UTC' },
    ],
    [
      'failing',
      {
        schedule: schedule({ freshAt: 0, failures: 4, failingSince: NOW - 9 * HOUR }),
        run: running({ requestedAt: NOW - MINUTE, startedAt: NOW - MINUTE }),
        ended: failed,
      },
      {
        since: NOW - 9 * HOUR,
        message: 'its last 4 runs failed: GET /items: 500; its run goes on since 14:59 UTC',
      },
    ],
    [
      'held_back',
      { schedule: schedule({ heldSince: NOW - HOUR }) },
      {
        since: NOW - HOUR,
        message: 'its runs succeed, and what they did not save again is not deleted since 14:00 UTC',
      },
    ],
    [
      'paused',
      { schedule: schedule({ stale: { reason: 'paused', since: NOW - 9 * HOUR } }) },
      { since: NOW - 9 * HOUR, message: 'it was paused; its next slot is at 15:10 UTC' },
    ],
    [
      'no_runner',
      {
        schedule: schedule({ stale: { reason: 'no_runner', since: NOW - HOUR } }),
        run: running({ startedAt: NOW - MINUTE }),
      },
      { since: NOW - HOUR, message: 'its run waited for a runner; its run goes on since 14:59 UTC' },
    ],
    [
      'overlap',
      { schedule: schedule({ freshMs: 30 * MINUTE }) },
      {
        since: NOW - 150 * MINUTE,
        message: 'its interval of 1 h is too long for records that may be 30 min old',
      },
    ],
    [
      'overlap',
      { run: running({ startedAt: NOW - 50 * MINUTE }) },
      { since: NOW - HOUR, message: 'its run goes on since 14:10 UTC, and its records may be 2 h old' },
    ],
  ])('%s (%#)', (reason, fields, { since, until = 0, message }) => {
    expect(freshness(facts(fields)).stale).toEqual({ reason, since, until, message })
  })

  test('what failed before a downtime is not stale because of it', () => {
    const before = schedule({ failures: 1, failingSince: NOW - 4 * HOUR })
    expect(
      freshness(facts({ schedule: before, run: run(makesUp), downtime, ended: failed })).stale?.reason,
    ).not.toBe('scheduler_down')
  })

  test('a slot that is due for a few seconds has a scheduler', () => {
    const due = schedule({ nextAt: NOW - 14_000, failures: 1, failingSince: NOW - HOUR })
    expect(freshness(facts({ schedule: due, ended: failed })).stale?.reason).toBe('failing')
  })

  test('a schedule without slots is not overdue', () => {
    expect(freshness(facts({ schedule: schedule({ nextAt: 0 }) })).stale?.reason).toBe('overlap')
  })
})

test('whatever the facts are, a stale schedule has one reason, which holds since some time up to now, and a sentence', () => {
  const random = new SeededRandom('15')
  const pick = <T>(values: T[]): T => values[random.below(values.length)] as T
  for (let round = 0; round < 20_000; round++) {
    const at = () => NOW - random.below(5 * HOUR)
    const given = facts({
      schedule: pick([
        undefined,
        schedule({
          freshAt: pick([0, at()]),
          createdAt: at(),
          freshMs: pick([30_000, HOUR, 10 * HOUR]),
          intervalMs: pick([30_000, HOUR]),
          paused: pick([true, false, false, false]),
          blocked: pick([undefined, undefined, blocked]),
          nextAt: pick([0, at(), NOW + HOUR]),
          retryAt: pick([0, at(), NOW + MINUTE]),
          failures: pick([0, 0, 1, 9]),
          failingSince: pick([0, at()]),
          heldSince: pick([0, 0, at()]),
          stale: pick([
            undefined,
            { reason: 'paused' as const, since: at() },
            { reason: 'failing' as const, since: at() },
          ]),
        }),
      ]),
      run: pick([
        undefined,
        run({ requestedAt: at(), queuedAt: at(), notBefore: pick([0, at(), NOW + HOUR]) }),
        running({
          requestedAt: at(),
          startedAt: at(),
          parked: pick(['', 'waits']),
          handBack: pick(['', 'store_unavailable']),
        }),
      ]),
      ended: pick([undefined, failed, { outcome: 'SUCCESS', error: '', finishedAt: at() }]),
      environment: pick([environment, facts().environment]),
      integration: pick([integration, facts().integration]),
      downtime: pick([undefined, downtime]),
    })
    const { freshUntil, stale } = freshness(given)
    if (given.schedule === undefined || NOW >= freshUntil) {
      expect(stale?.since, JSON.stringify(given)).toBeLessThanOrEqual(NOW)
      expect(stale?.message).toMatch(/^(it|no scheduler worked).*[^;: ]$/s)
    } else expect(stale).toBeUndefined()
  }
})
