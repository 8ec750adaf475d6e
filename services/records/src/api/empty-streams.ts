import type { Store, Target } from '../store.ts'
import type { Lock } from '../stream/stream-state.ts'
import { registerGeneration } from '../tables/streams.ts'

/** Instant for readers; the rows of the old generation are swept later. */
export async function empty(store: Store, target: Target): Promise<void> {
  await store.state.locked(target, async (lock) => {
    await takeNextGeneration(store, lock)
    store.events.emptied(target.stream, lock.generation + 1)
  })
}

/**
 * The table has the new generation first: if we die before Redis has it, the stream is not empty yet, and calling
 * again empties it.
 */
export async function takeNextGeneration({ clickhouse, state }: Store, lock: Lock): Promise<void> {
  const generation = lock.generation + 1
  await registerGeneration(clickhouse, lock.stream, generation)
  await state.setGeneration(lock, generation)
}
