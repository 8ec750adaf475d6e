import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { streamId } from '../stream/identity.ts'
import type { Granted } from '../stream/leases.ts'
import { registerGenerations } from '../tables/streams.ts'
import type { OperationEnd } from './operation.ts'

/**
 * The table has the new generation first: if we die before Redis has it, the stream is not empty yet, and calling
 * again empties it.
 */
export async function takeNextGeneration(
  clickhouse: ClickHouse,
  { snapshot }: Granted,
): Promise<OperationEnd<number>> {
  const generation = snapshot.generation + 1
  try {
    const id = streamId(snapshot.stream, generation)
    await registerGenerations(clickhouse, [{ stream: snapshot.stream, generation, id }])
  } catch (error) {
    return { result: { kind: 'unchanged' }, error }
  }
  return { result: { kind: 'emptied', generation }, value: generation }
}
