export function* inChunks<T>(items: Iterable<T>, size: number): Generator<T[], void> {
  let chunk: T[] = []
  for (const item of items) {
    if (chunk.push(item) < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
