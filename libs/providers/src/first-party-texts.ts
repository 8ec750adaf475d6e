import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '../catalog')
const ENDING = '.yaml'

export const firstPartyPath = (name: string): string => join(FOLDER, name + ENDING)

/** Names of the provider files that come with Syncline. The package of the command line has them inside: see cli/tsdown.config.ts. */
export function firstPartyNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .sort()
}

export const firstPartyText = (name: string): string => readFileSync(firstPartyPath(name), 'utf8')
