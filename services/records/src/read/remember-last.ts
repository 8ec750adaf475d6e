/** A pure function that remembers its last answer: rows of one commit follow each other and share their instants. */
export function rememberLast<T>(answer: (ms: number) => T): (ms: number) => T {
  let last: { ms: number; answer: T } | undefined
  return (ms) => {
    if (last?.ms !== ms) last = { ms, answer: answer(ms) }
    return last.answer
  }
}
