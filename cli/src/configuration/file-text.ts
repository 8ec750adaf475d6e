import { parse, stringify } from 'yaml'

const isYaml = (path: string | undefined) => path !== undefined && /\.ya?ml$/.test(path)

/** JSON, or YAML if the name of the file ends so. */
export const fileText = (value: unknown, path: string | undefined): string =>
  isYaml(path) ? stringify(value, { aliasDuplicateObjects: false }) : `${JSON.stringify(value, null, 2)}\n`

/** JSON is YAML too. */
export function parseFile(text: string, path: string): unknown {
  try {
    return path === '-' || isYaml(path) ? parse(text) : JSON.parse(text)
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : error}`)
  }
}
