import { recordId } from './record-id.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const LOWER_E = 0x65
const LOWER_U = 0x75

const LEVELS_MAX = 500
const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')
const NULL = Buffer.from('null')
const ID = Buffer.from('"id"')
const METADATA = Buffer.from('"_nango_metadata"')
/** Of escapes in canonical JSON, beside those of control characters. */
const SHORT_ESCAPES = new Set(Buffer.from('"\\bfnrt'))

/** Of each open list or object: whether it is an object. The check does not call itself, so one is enough. */
const isObjectAt = new Uint8Array(LEVELS_MAX + 1)

/**
 * The id of a record whose JSON text lies at `from` to `to`. The bytes come from a process that is not trusted. They must be
 * JSON of an object, as `canonicalText` writes it: without spaces, with one spelling of each text, 500 levels at most. What is
 * not checked concerns nobody but whoever sent it: the order of keys, and how numbers are written. It builds no values: some take
 * a thousand times as long to be made as to be read.
 *
 * @returns Undefined if they are not that.
 */
export function checkedId(
  json: Buffer,
  from: number,
  to: number,
): { id: string; isNumber: boolean } | undefined {
  if (json[from] !== OPEN_OBJECT) return undefined
  let at = from
  let depth = 0
  let idFrom = -1
  let idTo = -1
  for (;;) {
    // A value begins here.
    const byte = json[at]
    let isKeyNext = false
    if (byte === QUOTE) at = endOfText(json, at, to)
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      const isObject = byte === OPEN_OBJECT
      at++
      if (json[at] === (isObject ? CLOSE_OBJECT : CLOSE_LIST)) at++
      else {
        if (++depth > LEVELS_MAX) return undefined
        isObjectAt[depth] = isObject ? 1 : 0
        if (!isObject) continue
        isKeyNext = true
      }
    } else if (byte !== undefined && (byte === MINUS || (byte >= ZERO && byte <= NINE)))
      at = endOfNumber(json, at)
    else at = endOfLiteral(json, at)
    if (at === -1) return undefined
    // The value is over, and what is around it may be, too.
    while (!isKeyNext) {
      if (depth === 1 && idFrom !== -1 && idTo === -1) idTo = at
      if (depth === 0) {
        if (at !== to || idTo === -1) return undefined
        return idOf(json, idFrom, idTo)
      }
      const isObject = isObjectAt[depth] === 1
      const next = json[at++]
      if (next === COMMA) {
        isKeyNext = isObject
        break
      }
      if (next !== (isObject ? CLOSE_OBJECT : CLOSE_LIST)) return undefined
      depth--
    }
    if (!isKeyNext) continue
    const key = at
    if (json[key] !== QUOTE) return undefined
    at = endOfText(json, key, to)
    if (at === -1 || json[at] !== COLON) return undefined
    if (depth === 1) {
      if (isAt(METADATA, json, key, at)) return undefined
      if (isAt(ID, json, key, at)) {
        if (idFrom !== -1) return undefined
        idFrom = at + 1
      }
    }
    at++
  }
}

/** Behind the text that begins at `start`; -1 if it is not one. */
function endOfText(json: Buffer, start: number, to: number): number {
  for (let at = start + 1; at < to; ) {
    const byte = json[at++] as number // below the length
    if (byte === QUOTE) return at
    if (byte < 0x20) return -1
    if (byte !== BACKSLASH) continue
    const escaped = json[at++]
    if (escaped === LOWER_U) {
      // Only control characters are written by their number: \u0000 to \u001f.
      if (json[at] !== ZERO || json[at + 1] !== ZERO) return -1
      if (json[at + 2] !== ZERO && json[at + 2] !== ZERO + 1) return -1
      if (!isLowerHex(json[at + 3])) return -1
      at += 4
    } else if (escaped === undefined || !SHORT_ESCAPES.has(escaped)) return -1
  }
  return -1
}

function endOfNumber(json: Buffer, start: number): number {
  let at = json[start] === MINUS ? start + 1 : start
  const whole = at
  at = endOfDigits(json, at)
  if (at === whole || (json[whole] === ZERO && at > whole + 1)) return -1
  if (json[at] === DOT) {
    const fraction = at + 1
    at = endOfDigits(json, fraction)
    if (at === fraction) return -1
  }
  if (json[at] === LOWER_E) {
    const exponent = json[at + 1] === MINUS || json[at + 1] === 0x2b ? at + 2 : at + 1
    at = endOfDigits(json, exponent)
    if (at === exponent) return -1
  }
  return at
}

function endOfDigits(json: Buffer, start: number): number {
  let at = start
  for (let byte = json[at]; byte !== undefined && byte >= ZERO && byte <= NINE; byte = json[at]) at++
  return at
}

function endOfLiteral(json: Buffer, at: number): number {
  const literal = json[at] === NULL[0] ? NULL : json[at] === TRUE[0] ? TRUE : FALSE
  return isAt(literal, json, at, at + literal.length) ? at + literal.length : -1
}

const isLowerHex = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= ZERO && byte <= NINE) || (byte >= 0x61 && byte <= 0x66))

function isAt(bytes: Buffer, json: Buffer, from: number, to: number): boolean {
  if (to - from !== bytes.length) return false
  for (let at = 0; at < bytes.length; at++) if (json[from + at] !== bytes[at]) return false
  return true
}

/** As the store has it. */
function idOf(json: Buffer, from: number, to: number): { id: string; isNumber: boolean } | undefined {
  const first = json[from]
  if (first === OPEN_OBJECT || first === OPEN_LIST) return undefined
  const value: unknown = JSON.parse(json.toString('utf8', from, to)) // it was checked
  const isNumber = typeof value === 'number'
  if (isNumber && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return undefined
  const id = isNumber || typeof value === 'string' ? recordId(String(value)) : undefined
  return id === undefined ? undefined : { id, isNumber }
}
