import { RecordsDefinition, RunFactsDefinition } from '@syncline/proto'
import { redisCall } from '@syncline/redis'
import { serve } from '@syncline/rpc'
import { checkHealth, type Log, type Running } from '@syncline/service'
import { recordsCalls } from './api/records-service.ts'
import { runFactsCalls } from './api/run-facts-service.ts'
import type { Config } from './config.ts'
import { serviceEvents } from './events.ts'
import { consumeRunEnds } from './facts/consume-run-ends.ts'
import { ForgottenRuns } from './facts/forgotten-runs.ts'
import { onOneInstance } from './jobs/on-one-instance.ts'
import { sumNewHours } from './jobs/sum-hours.ts'
import { openShards } from './open-shards.ts'
import { PreviewMemory } from './preview/preview-memory.ts'
import { HeldDeletions } from './stream/held-deletions.ts'
import { Shapes } from './stream/shapes.ts'
import { runFactsOf } from './tables/run-facts.ts'

export { Config } from './config.ts'

const SUM_HOURS_MS = 60_000

export interface RecordsService extends Running {
  port: number
}

/** @param clock Unix milliseconds, by which payloads expire and streams fall out of use. */
export async function start(config: Config, log: Log, clock = Date.now): Promise<RecordsService> {
  await using open = new AsyncDisposableStack()
  const { redis, shards } = open.use(await openShards(config, log, clock))
  const events = serviceEvents(log)
  const heldDeletions = new HeldDeletions(redis, config.redis.prefix, events)
  const shapes = new Shapes(redis, config.redis.prefix)
  const runFacts = runFactsOf(shards.all)
  const forgotten = new ForgottenRuns(redis, config.redis.prefix, runFacts)
  const previews = new PreviewMemory(config.previewBytes)
  const rpc = open.use(
    await serve(
      config.listen,
      (server) => {
        server.add(RecordsDefinition, recordsCalls(shards, heldDeletions, shapes, previews, forgotten))
        server.add(RunFactsDefinition, runFactsCalls(runFacts))
      },
      events.fault,
      {
        slowClientMs: config.read.slowClientMs,
      },
    ),
  )
  open.use(consumeRunEnds(config.nats, runFacts, forgotten, events))
  const sum = async (signal: AbortSignal) => {
    await sumNewHours(runFacts, signal)
  }
  const summing = { redis, key: `${config.redis.prefix}:records:summing` }
  open.use(onOneInstance(SUM_HOURS_MS, summing, sum, events.sumHoursFailed))
  const pings = shards.all.map(({ clickhouse }, i) => {
    const name = shards.all.length === 1 ? 'clickhouse' : `clickhouse ${i + 1}`
    return [name, () => clickhouse.ping()] as const
  })
  const owned = open.move()
  return {
    port: rpc.port,
    health: rpc.answerHealth(() =>
      checkHealth({ ...Object.fromEntries(pings), redis: () => redisCall(redis.ping()) }),
    ),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
