import { createInterface } from 'node:readline/promises'

/** Whether there is a person who can be asked. */
export const canAsk = (): boolean => process.stdin.isTTY === true

/** Asks a person; anything but yes is no. */
export async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}
