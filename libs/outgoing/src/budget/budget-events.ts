import { type Log, metrics } from '@syncline/service'

const granted = metrics.counter('outgoing_budget_grants_total', 'Calls that a budget has let go')
const told = metrics.counter('outgoing_budget_waits_total', 'Calls that a budget has told to ask again later')
const waited = metrics.counter('outgoing_budget_wait_seconds_total', 'Time for which they were told to wait')
const refused = metrics.counter('outgoing_refusals_total', 'Answers of APIs that say that a quota is used up')
const blocked = metrics.counter(
  'outgoing_budget_blocks_total',
  'Times that such an answer has blocked or slowed down a whole budget',
)
const alone = metrics.counter(
  'outgoing_budget_without_redis_total',
  'Calls for which a process had to decide by itself, as Redis was away',
)

export function createBudgetEvents(log?: Pick<Log, 'warn'>) {
  return {
    granted: () => granted.inc(),
    waits(ms: number) {
      told.inc()
      waited.inc(ms / 1000)
    },
    refused: () => refused.inc(),
    blocked: () => blocked.inc(),
    withoutRedis: () => alone.inc(),
    redisAway: (error: Error) =>
      log?.warn({ err: error.message }, 'Redis does not answer: calls of APIs go on without shared budgets'),
  }
}
