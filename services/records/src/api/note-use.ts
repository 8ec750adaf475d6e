import type { Stream } from '@syncline/proto'
import type { Store } from '../store.ts'
import * as streamUse from '../tables/stream-use.ts'

const DAY_MS = 24 * 3600 * 1000

/** A run begins on a stream. It is written down once a day. */
export async function noteUse({ clickhouse, state, clock }: Store, stream: Stream): Promise<void> {
  const [id, noted] = await Promise.all([state.id(stream), state.notedUse(stream)])
  const now = clock()
  if (noted?.id === id && noted.at > now - DAY_MS) return
  await streamUse.noteUse(clickhouse, id, now)
  await state.setNotedUse(stream, { id, at: now })
}
