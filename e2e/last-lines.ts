import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const LINES = 25
const CHARS = 400

/** The end of each log file in a folder. */
export function lastLines(folder: string): string {
  const tail = (file: string) =>
    readFileSync(join(folder, file), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(-LINES)
      .map((line) => line.slice(0, CHARS))
      .join('\n')
  return readdirSync(folder)
    .map((file) => `${file}:\n${tail(file)}`)
    .join('\n\n')
}
