/** A function that gives the answer of `ask`, and gives it again for `ms` after it came. One call of `ask` is under way at a time. */
export function reusedFor<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let latest: { answer: Promise<T>; untilMs: number } | undefined
  return () => {
    if (latest && performance.now() < latest.untilMs) return latest.answer
    const asked = { answer: ask(), untilMs: Number.POSITIVE_INFINITY }
    latest = asked
    const keep = () => {
      asked.untilMs = performance.now() + ms
    }
    asked.answer.then(keep, keep)
    return asked.answer
  }
}
