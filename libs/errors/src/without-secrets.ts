/**
 * A URL, or a list of them, as a log or an error may show it: without user, password and query, however malformed it
 * is. What is before the last @ goes, as a password may hold any character.
 */
export function withoutSecrets(url: string): string {
  const afterUser = url.replace(/^.*@/s, '…@')
  return afterUser.replace(/\?.*$/s, '?…')
}
