export const ID_MAX_LENGTH = 255

/**
 * Ids are compared as text, without NUL; half of a surrogate pair, which UTF-8 can't encode, is replaced. Undefined if the
 * store has no place for such an id.
 */
export function recordId(text: string): string | undefined {
  const id = text.replaceAll('\0', '').toWellFormed()
  return id !== '' && id.length <= ID_MAX_LENGTH ? id : undefined
}

/** Whether the text is an id as the store has it. NUL separates ids in look-ups. */
export const isRecordId = (id: string): boolean =>
  id !== '' && id.length <= ID_MAX_LENGTH && !id.includes('\0')
