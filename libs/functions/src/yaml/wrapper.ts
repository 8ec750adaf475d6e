import { basename } from 'node:path'

interface Options {
  file: string
  creator: 'createSync' | 'createAction' | 'createOnEvent'
  /** Plain data of the definition. */
  facts: Record<string, unknown>
  /** Names of fields of the definition, and source text of their values. */
  fields: Record<string, string>
  /** Declarations that the fields use. */
  declarations: string
}

const examples = {
  createSync: 'fetchData(nango)',
  createAction: 'runAction(nango, input)',
  createOnEvent: 'onEvent(nango)',
}

/** The module that makes a definition of what `nango.yaml` says and of the function that a file exports. */
export function wrapperText({ file, creator, facts, fields, declarations }: Options): string {
  const given = Object.entries(facts).filter(([, value]) => value !== undefined)
  const lines = [
    ...given.map(([name, value]) => [name, JSON.stringify(value)]),
    ...Object.entries(fields),
    ['exec', 'exec'],
  ].map(([name, text]) => `  ${name}: ${text},`)
  const message = `its default export is not a function: nango.yaml names it, so it needs \`export default async function ${examples[creator]} { … }\``
  return `import * as z from 'zod'
import { ${creator} } from '@syncline/sdk'
import * as file from ${JSON.stringify(`./${basename(file)}`)}
const exec = file.default
if (exec?.type !== undefined) throw new Error('nango.yaml names it, and it is the result of a createX function: remove one of the two')
if (typeof exec !== 'function') throw new Error(${JSON.stringify(message)})
${declarations}
export default ${creator}({
${lines.join('\n')}
})
`
}
