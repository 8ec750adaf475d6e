import { takeNextGeneration } from '../commit/next-generation.ts'
import type { Store } from '../store.ts'
import type { Target } from '../stream/target.ts'

/** Instant for readers; the rows of the old generation are swept later. */
export async function empty(store: Store, target: Target): Promise<void> {
  const generation = await store.writes.operate(target, (granted) =>
    takeNextGeneration(store.clickhouse, granted),
  )
  store.events.emptied(target.stream, generation)
}
