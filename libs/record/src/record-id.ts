/** UTF-16 units, as `length` of a text. */
export const RECORD_ID_MAX_CHARS = 1024
/** One of these characters takes up to so many bytes in UTF-8. */
export const RECORD_ID_MAX_BYTES = 3 * RECORD_ID_MAX_CHARS
/** A cursor is base64 of an ISO instant, `||` and an id. */
export const CURSOR_MAX_CHARS = 4 * Math.ceil(('2026-01-31T12:00:00.000Z||'.length + RECORD_ID_MAX_BYTES) / 3)

/**
 * Ids are compared as text, without NUL; half of a surrogate pair, which UTF-8 can't encode, is replaced. Undefined if the
 * store has no place for such an id.
 */
export function recordId(text: string): string | undefined {
  const id = text.replaceAll('\0', '').toWellFormed()
  return id !== '' && id.length <= RECORD_ID_MAX_CHARS ? id : undefined
}

/** Whether the text is an id as the store has it. NUL separates ids in look-ups. */
export const isRecordId = (id: string): boolean =>
  id !== '' && id.length <= RECORD_ID_MAX_CHARS && !id.includes('\0')
