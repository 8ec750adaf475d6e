export interface Refused {
  id: string
  code: string
  message: string
}

export interface Progress {
  done: number
  /** Accepted as commands: the scheduler does them when it answers again. */
  accepted: number
  refused: Refused[]
  /** Sent without an answer: what became of them is not known. */
  unknown: { ids: string[]; message: string }[]
}

export type ActionResult =
  | { id: string; done: true }
  | { id: string; error: { code: string; message: string } }

export const CHUNK = 100

export interface Work {
  /** The ids to act on, in chunks of `CHUNK` at most. */
  chunks: AsyncIterable<string[]> | Iterable<string[]>
  act(ids: string[]): Promise<ActionResult[] | 'accepted'>
  onProgress(progress: Progress): void
  signal: AbortSignal
}

export const none: Progress = { done: 0, accepted: 0, refused: [], unknown: [] }

/**
 * Does an action on many schedules, chunk by chunk, and reports after each one. Once the signal is aborted no further chunk is sent; the one
 * that is on its way is waited for, so that the report is right.
 */
export async function runBulk({ chunks, act, onProgress, signal }: Work): Promise<Progress> {
  let progress = none
  for await (const ids of chunks) {
    if (signal.aborted) break
    progress = await afterChunk(progress, ids, act)
    onProgress(progress)
  }
  return progress
}

async function afterChunk(before: Progress, ids: string[], act: Work['act']): Promise<Progress> {
  try {
    const results = await act(ids)
    if (results === 'accepted') return { ...before, accepted: before.accepted + ids.length }
    const refused = results.flatMap((result) =>
      'error' in result ? [{ id: result.id, ...result.error }] : [],
    )
    const done = before.done + results.length - refused.length
    return { ...before, done, refused: [...before.refused, ...refused] }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { ...before, unknown: [...before.unknown, { ids, message }] }
  }
}

/** Ids that are known, in chunks. */
export function* chunksOf(ids: readonly string[]): Iterable<string[]> {
  for (let begin = 0; begin < ids.length; begin += CHUNK) yield ids.slice(begin, begin + CHUNK)
}

/** Ids of a list, page by page. A page is read before those of the one before it are acted on, which may move them. */
export async function* pagesOf(
  read: (cursor: string | null) => Promise<{ ids: string[]; next: string | null }>,
): AsyncIterable<string[]> {
  let page = await read(null)
  for (;;) {
    const following = page.next === null ? null : await read(page.next)
    yield* chunksOf(page.ids)
    if (following === null) return
    page = following
  }
}

export const sumOf = ({ done, accepted, refused, unknown }: Progress): number =>
  done + accepted + refused.length + unknown.reduce((sum, { ids }) => sum + ids.length, 0)
