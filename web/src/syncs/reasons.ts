import type { StaleReason } from '@syncline/api'

/** What each reason means, the most urgent one first: that is their order on the screens. */
export const reasonMeanings: Record<StaleReason, string> = {
  scheduler_down: 'a slot is due and no scheduler begins its run',
  store_unavailable: 'runs cannot reach the record store, NATS, Redis or the catalog',
  no_runner: 'runs wait for a free slot of a runner',
  needs_reauth: 'the API refuses the credentials of the connection',
  failing: 'the last run failed, or was cancelled',
  held_back: 'runs succeed, and what they did not save again was not deleted',
  environment_full: 'as many runs of the environment are in flight as may be',
  integration_full: 'as many runs of the integration, or of the sync, are in flight as may be',
  overlap: 'a run takes longer than its interval',
  rate_limited: 'the API makes the run wait',
  backfilling: 'the first run goes on',
  paused: 'somebody paused it, or too many runs failed in a row',
}

export const reasonNames = Object.keys(reasonMeanings) as StaleReason[] // the keys of the record above

/** Reasons that concern the whole system: one banner tells them, for however many schedules. */
export const outageReasons = [
  'scheduler_down',
  'store_unavailable',
  'no_runner',
] as const satisfies StaleReason[]
