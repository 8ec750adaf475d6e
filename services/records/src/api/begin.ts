import type { ModelCounts } from '@syncline/proto'
import type { Shard } from '../shard.ts'
import type { RunTarget } from '../stream/target.ts'
import { changesOfRun } from '../tables/record-log.ts'
import { empty } from './empty-streams.ts'
import { registerUse } from './register-use.ts'

/** An attempt of a run takes over a stream. Answers how many records earlier attempts of the run have changed in it. */
export async function begin(shard: Shard, target: RunTarget, emptyFirst: boolean): Promise<ModelCounts> {
  const { stream, writer } = target
  const begun = await shard.state.begin(stream, writer)
  let { id } = begun
  // Once for a run. If an attempt dies before `setEmptiedBy`, the next one empties again: nothing was saved in between.
  if (emptyFirst && (await shard.state.emptiedBy(stream, writer.sync)) !== writer.runId) {
    await empty(shard, target)
    await shard.state.setEmptiedBy(stream, writer)
    id = await shard.state.id(stream)
  }
  await registerUse(shard, stream, { ...begun, id })
  const changes = begun.first
    ? { added: 0, updated: 0, deleted: 0 }
    : await changesOfRun(shard.clickhouse, id, writer.runId, begun.beganAt)
  return { model: stream.model, ...changes }
}
