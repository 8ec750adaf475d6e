import type { Position } from '@syncline/proto'
import { decodeCursor } from '../read/cursor.ts'
import type { Shard } from '../shard.ts'
import type { Target } from '../stream/target.ts'
import type { Key } from '../tables/version.ts'

/** Right behind the versions of a commit: no other commit of the stream has its instant. */
export const behind = (instant: number): Position => ({ atMs: instant + 1, id: '' })

export const keyOf = (position: Position | undefined): Key | undefined =>
  position && { modifiedAt: position.atMs, id: position.id }

/** The end of a stream, or the place that a cursor names. A commit that is under way is behind the end. */
export async function findPosition({ state }: Shard, { stream }: Target, cursor: string): Promise<Position> {
  if (cursor === '') return behind(await state.lastCommit(stream))
  const { modifiedAt: atMs, id } = decodeCursor(cursor)
  return { atMs, id }
}
