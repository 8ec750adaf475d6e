import { AppError } from '@syncline/errors'

/** Deeper JSON is no data of an API, and what walks through it would run out of stack. */
const MAX_DEPTH = 64

/** The JSON in a body; undefined if it is empty. Names such as `__proto__` are names like others: JSON.parse makes own fields of them. */
export function readJson(body: Buffer, contentType: string | undefined): unknown {
  if (body.length === 0) return undefined
  if (contentType !== undefined && !/^application\/json *(;|$)/i.test(contentType)) {
    throw new AppError('invalid_content_type', `Content-Type is '${contentType}': must be application/json`)
  }
  const text = decode(body)
  if (isDeeperThan(body, MAX_DEPTH)) {
    throw new AppError('invalid_json', `the body is nested more than ${MAX_DEPTH} levels deep`)
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid_json', 'the body is not valid JSON', { cause })
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(body: Buffer): string {
  try {
    return utf8.decode(body)
  } catch (cause) {
    throw new AppError('invalid_json', 'the body is not valid UTF-8', { cause })
  }
}

const QUOTE = '"'.charCodeAt(0)
const BACKSLASH = '\\'.charCodeAt(0)
const OPENING = new Set(Buffer.from('{['))
const CLOSING = new Set(Buffer.from('}]'))

/** Looks at the bytes before they are parsed. Strings, which are most of a large body, are skipped at the speed of a search. */
function isDeeperThan(json: Buffer, most: number): boolean {
  let depth = 0
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] ?? 0
    if (byte === QUOTE) at = endOfString(json, at)
    else if (OPENING.has(byte) && ++depth > most) return true
    else if (CLOSING.has(byte)) depth--
  }
  return false
}

function endOfString(json: Buffer, start: number): number {
  for (let end = json.indexOf(QUOTE, start + 1); end !== -1; end = json.indexOf(QUOTE, end + 1)) {
    let escapes = 0
    while (json[end - 1 - escapes] === BACKSLASH) escapes++
    if (escapes % 2 === 0) return end
  }
  return json.length
}
