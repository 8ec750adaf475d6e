/** A command as it is typed into a shell: words with other characters than the plain ones are quoted. */
export function shellLine(words: string[]): string {
  return words.map(quoted).join(' ')
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
