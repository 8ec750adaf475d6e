import { createHash } from 'node:crypto'
import type { Stream } from '@syncline/proto'

/** Of the shards, the one that a stream lives on, with all its generations. */
export const shardOfStream = <T>(
  shards: readonly T[],
  { environment, connection, model, variant }: Stream,
): T => choose(shards, [environment, connection, model, variant])

/** The one that has what a run has said. */
export const shardOfRun = <T>(shards: readonly T[], environment: string, runId: string): T =>
  choose(shards, [environment, runId])

/** Data lies where this says: it must not say anything else one day. */
function choose<T>(shards: readonly T[], identity: string[]): T {
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest().readUInt32BE()
  return shards[hash % shards.length] as T // there is at least one
}
