import { takeNextGeneration } from '../commit/next-generation.ts'
import type { Shard } from '../shard.ts'
import type { Target } from '../stream/target.ts'

/** Instant for readers; the rows of the old generation are swept later. */
export async function empty(shard: Shard, target: Target): Promise<void> {
  const generation = await shard.writes.operate(target, (granted) =>
    takeNextGeneration(shard.clickhouse, granted),
  )
  shard.events.emptied(target.stream, generation)
}
