import { InvalidArgumentError } from 'commander'

/** For an option that may be given several times, or once with commas between its values. */
export function collect<Word extends string>(words?: readonly Word[]) {
  return (text: string, before: Word[] = []): Word[] => {
    // The API refuses words that are not checked here.
    const values = text.split(',').map((word) => word.trim() as Word)
    const wrong = values.find((value) => words && !words.includes(value))
    if (wrong !== undefined) throw new InvalidArgumentError(`'${wrong}' is none of ${words?.join(', ')}.`)
    return [...before, ...values]
  }
}

/** For `--tag plan=pro`, which may be given several times. */
export function collectTags(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.+)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Give <name>=<value>.')
  return { ...before, [name]: value }
}
