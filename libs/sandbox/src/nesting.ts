const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
/** Of a text, before the rest of it is searched natively: a call costs as much as some tens of bytes. */
const NEAR_BYTES = 32

/**
 * Whether JSON text nests lists and objects more than `most` levels deep. It looks at bytes and builds nothing: what walks
 * a deep value takes seconds for it, or the stack.
 */
export function nestsDeeperThan(most: number, json: Buffer): boolean {
  const { length } = json
  if (length <= most) return false
  let depth = 0
  for (let at = 0; at < length; at++) {
    const byte = json[at]
    if (byte === QUOTE) {
      const near = Math.min(length, at + NEAR_BYTES)
      for (at++; at < near; at++) {
        const inText = json[at]
        if (inText === QUOTE) break
        if (inText === BACKSLASH) at++
      }
      if (at >= near) at = endOfText(json, at)
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > most) return true
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--
  }
  return false
}

/** Where the text ends that `start` is in; what is there is not escaped. */
function endOfText(json: Buffer, start: number): number {
  for (let end = start - 1; ; ) {
    end = json.indexOf(QUOTE, end + 1)
    if (end === -1) return json.length
    let escapes = end
    while (escapes > start && json[escapes - 1] === BACKSLASH) escapes--
    if ((end - escapes) % 2 === 0) return end
  }
}
