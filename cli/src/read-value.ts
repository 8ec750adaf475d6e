import { readFileSync } from 'node:fs'

/**
 * The value of an option: `-` is what stdin has, `@<file>` what a file has, without the line break at the end. On the command line
 * itself a secret is seen by whoever lists processes.
 */
export function readValue(value: string): string {
  if (value !== '-' && !value.startsWith('@')) return value
  return readFileSync(value === '-' ? 0 : value.slice(1), 'utf8').replace(/\r?\n$/, '')
}
