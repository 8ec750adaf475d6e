import type { State } from './state.ts'

/** Names of variants, by sync. */
export type Variants = Record<string, string[]>

/** Variants of connections, by uid, of those that have some. */
export async function readVariants(
  state: State,
  environment: string,
  uids: string[],
): Promise<Map<string, Variants>> {
  const found = new Map<string, Variants>()
  if (uids.length === 0) return found
  const texts = await state.ask((redis) => redis.hmget(state.key(`variants:${environment}`), ...uids))
  for (const [index, text] of texts.entries()) {
    if (text) found.set(uids[index] as string, JSON.parse(text)) // a text for each uid
  }
  return found
}
