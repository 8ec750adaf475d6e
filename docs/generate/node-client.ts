import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The README of the package, which npm shows too. */
export function nodeClientPage(): string {
  return readFileSync(join(import.meta.dirname, '../../sdk/README.md'), 'utf8')
    .replace(/^# .*$/m, '# Node client')
    .replaceAll('](../docs/', '](../')
    .replaceAll(/\[docs\/([\w/-]+)\.md\]/g, '[$1]')
}
