import { registerGeneration } from './generations.ts'
import type { Store, Target } from './store.ts'

/**
 * The stream takes a new generation: instant for readers; the rows of the old one are swept later. The table has the
 * new generation first: if we die before Redis has it, the stream is not empty yet, and calling again empties it.
 */
export async function empty({ clickhouse, state, events }: Store, target: Target): Promise<void> {
  await state.locked(target, async (lock) => {
    const generation = lock.generation + 1
    await registerGeneration(clickhouse, target.stream, generation)
    await state.setGeneration(lock, generation)
    events.emptied(target.stream, generation)
  })
}
