import { RECORDS_PER_CALL } from '../host/call-limits.ts'

const MAX_BYTES = 4 * 1024 * 1024
/** Limit of one item, which then is a slice of its own. A message may have 8 MiB: `frameBytes` of the sandbox. */
const ITEM_MAX_BYTES = 8_000_000

/** Splits a list into parts that each fit into one message. Errors call the list `name`. */
export function* slices(items: unknown[], name: string): Generator<{ first: number; items: unknown[] }> {
  let first = 0
  let bytes = 0
  for (const [index, item] of items.entries()) {
    const size = jsonBytes(item, `${name}: record ${index}`)
    if (size > ITEM_MAX_BYTES) {
      throw new Error(
        `${name}: record ${index} (id '${idOf(item)}') has ${size} bytes; a record may have ${ITEM_MAX_BYTES}`,
      )
    }
    if (index > first && (index - first >= RECORDS_PER_CALL || bytes + size > MAX_BYTES)) {
      yield { first, items: items.slice(first, index) }
      first = index
      bytes = 0
    }
    bytes += size
  }
  if (first < items.length) yield { first, items: items.slice(first) }
}

function jsonBytes(item: unknown, name: string): number {
  try {
    return Buffer.byteLength(JSON.stringify(item) ?? '')
  } catch (cause) {
    throw new Error(`${name} is not JSON: ${cause instanceof Error ? cause.message.split('\n')[0] : cause}`)
  }
}

const idOf = (item: unknown) =>
  String(typeof item === 'object' && item !== null && 'id' in item ? item.id : '').slice(0, 40)
