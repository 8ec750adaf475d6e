import { Option } from 'commander'

export interface JsonOptions {
  json?: boolean
}

/** Of every command that lists or shows something. */
export const jsonOption = () => new Option('--json', 'print the answer of the API as JSON')

/** Prints what the API has answered: as it is, or as `text` has it for people. */
export function show<T>({ json }: JsonOptions, answer: T, text: (answer: T) => string): void {
  console.log(json ? JSON.stringify(answer, null, 2) : text(answer))
}

/** What the API answers where there is nothing else to say. */
export const SUCCESS = { success: true }
