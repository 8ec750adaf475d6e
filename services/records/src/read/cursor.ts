import { AppError } from '@syncline/errors'
import { CURSOR_MAX_CHARS } from '@syncline/record'
import type { Key } from '../tables/version.ts'
import { rememberLast } from './remember-last.ts'

/** A position in a stream's order of change: base64 of `<ISO instant>||<id>`. */
export const encodeCursor = ({ modifiedAt, id }: Key): string =>
  instantPart(modifiedAt) + Buffer.from(`||${id}`).toString('base64')

export function decodeCursor(cursor: string): Key {
  if (cursor.length > CURSOR_MAX_CHARS) throw noCursor(cursor)
  const text = Buffer.from(cursor, 'base64').toString('utf8')
  const [, instant = '', id = ''] = text.match(/^(.*?)\|\|(.*)$/s) ?? []
  const modifiedAt = INSTANT.test(instant) ? Date.parse(instant) : Number.NaN
  // Decoding skips what is not base64: only what encodes to the same text was not garbled on its way.
  const garbled = Buffer.from(text).toString('base64').replaceAll('=', '') !== standard(cursor)
  if (Number.isNaN(modifiedAt) || id === '' || garbled) throw noCursor(cursor)
  return { modifiedAt, id }
}

const noCursor = (cursor: string) =>
  new AppError('invalid_cursor', `'${cursor.slice(0, 200)}' is not a cursor that this API has given out`)

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/

/** Some clients write base64url or drop the padding. */
const standard = (cursor: string) => cursor.replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', '')

/** An ISO instant has a multiple of three bytes, so that its base64 ends without padding. */
const instantPart = rememberLast((ms) => btoa(new Date(ms).toISOString()))
