import type { Stream } from '@syncline/proto'
import type { Shard } from '../shard.ts'
import type { Begun } from '../stream/stream-state.ts'
import * as streamUse from '../tables/stream-use.ts'

const DAY_MS = 24 * 3600 * 1000

/** A run begins on a stream. The table is written once a day. */
export async function registerUse(
  { clickhouse, state, clock }: Shard,
  stream: Stream,
  { id, registeredUse: last }: Pick<Begun, 'id' | 'registeredUse'>,
): Promise<void> {
  const now = clock()
  if (last?.id === id && last.at > now - DAY_MS) return
  await streamUse.registerUse(clickhouse, id, now)
  await state.setRegisteredUse(stream, { id, at: now })
}
