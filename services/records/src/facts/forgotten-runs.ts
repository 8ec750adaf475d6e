import { type Redis, redisCall } from '@syncline/redis'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { deleteRunFacts, type RunFact } from '../tables/run-facts.ts'

/**
 * Environments that were deleted, and until when their runs ended: an environment that is made again under the name has no runs of the
 * one before. Redis has them, as events of such runs may still be on their way when the rows are deleted.
 */
export class ForgottenRuns {
  readonly #redis: Redis
  readonly #key: string
  readonly #clickhouse: ClickHouse

  constructor(redis: Redis, prefix: string, clickhouse: ClickHouse) {
    this.#redis = redis
    this.#key = `${prefix}:records:forgotten-runs`
    this.#clickhouse = clickhouse
  }

  /** May be repeated. In this order: what comes after the first step is dropped, what came before is deleted. */
  async forget(environment: string, beforeMs: number): Promise<void> {
    await redisCall(this.#redis.hset(this.#key, environment, beforeMs))
    await deleteRunFacts(this.#clickhouse, environment, beforeMs)
  }

  /** Those that are not forgotten. */
  async without(facts: RunFact[]): Promise<RunFact[]> {
    const environments = [...new Set(facts.map(({ environment }) => environment))]
    if (environments.length === 0) return []
    const found = await redisCall(this.#redis.hmget(this.#key, ...environments))
    const before = new Map(environments.map((environment, i) => [environment, Number(found[i] ?? 0)]))
    return facts.filter(({ environment, finishedAt }) => finishedAt >= (before.get(environment) ?? 0))
  }
}
