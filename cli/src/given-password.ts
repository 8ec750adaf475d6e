import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Option } from 'commander'

/** A password is never an argument: other users of the machine see those. */
export const passwordOption = () =>
  new Option(
    '--password-file <file>',
    'file that holds the password, - for stdin; without it, one is made and printed',
  )

export interface PasswordOptions {
  passwordFile?: string
}

/** The password of the file, without the line break at its end, or a new one. */
export function givenPassword({ passwordFile }: PasswordOptions): { password: string; isNew: boolean } {
  if (passwordFile === undefined) return { password: randomBytes(18).toString('base64url'), isNew: true }
  const text = readFileSync(passwordFile === '-' ? 0 : passwordFile, 'utf8')
  return { password: text.replace(/\r?\n$/, ''), isNew: false }
}
