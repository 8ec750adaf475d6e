/** The beginning of a text that is too long, and how long it was. */
export function truncated(text: string, chars: number): string {
  return text.length > chars ? `${text.slice(0, chars).toWellFormed()}… (${text.length} characters)` : text
}
