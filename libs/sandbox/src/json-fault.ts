const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
/** Of a text, before the rest of it is searched natively: a call costs as much as some tens of bytes. */
const NEAR_BYTES = 32

/** What a message may hold; reading it costs a microsecond for each name of a field that comes once. */
export interface JsonLimits {
  /** Levels of lists and objects. */
  nesting: number
  /** Names of fields. */
  names: number
  /** Lists and objects. */
  parts: number
}

/**
 * What of the limits a JSON text does not keep. It looks at bytes and builds nothing: to make a value of 8 MB of names or of empty
 * objects takes a second, and what walks a deep one takes the stack.
 */
export function jsonFault(json: Buffer, { nesting, names, parts }: JsonLimits): string | undefined {
  const { length } = json
  if (length <= Math.min(nesting, names, parts)) return undefined
  let depth = 0
  let named = 0
  let opened = 0
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
    } else if (byte === COLON) {
      if (++named > names) return `more than ${names} names of fields`
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++opened > parts) return `more than ${parts} lists and objects`
      if (++depth > nesting) return `lists and objects nested more than ${nesting} levels deep`
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--
  }
  return undefined
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
