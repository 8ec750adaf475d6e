/** The beginning of a text of any length, for a title or a line of a list. */
export function cutText(text: string, maxChars = 300): string {
  if (text.length <= maxChars) return text
  // Not between the two halves of a character.
  const end = text.codePointAt(maxChars - 1) ?? 0
  return `${text.slice(0, end > 0xffff ? maxChars - 1 : maxChars)}…`
}
