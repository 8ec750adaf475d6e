import { createInterface } from 'node:readline'

/** Whether there is a person who can be asked. */
export const canAsk = (): boolean => process.stdin.isTTY === true

/** Asks a person; anything but yes is no, Ctrl-C and Ctrl-D too. */
export async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await new Promise<string>((resolve) => {
    terminal.once('close', () => {
      process.stderr.write('\n')
      resolve('')
    })
    terminal.question(`${question} [y/N] `, resolve)
  })
  terminal.removeAllListeners('close').close()
  return /^y(es)?$/i.test(answer.trim())
}
