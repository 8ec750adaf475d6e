import type { Plugin } from 'esbuild'
import { packageName } from './package-name.ts'

/** A module of Node that functions do not have, and the package that imports it. */
type Absent = { module: string; by: string }

export const ABSENT_BUILTIN = 'absent-builtin'

/** How a package's import of such a module is resolved. */
export const absentBuiltin = (module: string, importer: string) => ({
  path: `${module} in ${packageName(importer)}`,
  namespace: ABSENT_BUILTIN,
  pluginData: { module, by: packageName(importer) ?? '' } satisfies Absent,
})

/** Many packages import such a module for an option that a function may not use: its functions fail when they are called. */
export const absentBuiltins: Plugin = {
  name: ABSENT_BUILTIN,
  setup({ onLoad }) {
    onLoad({ filter: /.*/, namespace: ABSENT_BUILTIN }, async ({ pluginData }) => {
      const { module, by } = pluginData as Absent // from `absentBuiltin`
      return { contents: stubOf(module, by, await import(module)) }
    })
  },
}

/** What packages call as soon as they are loaded, and what does nothing in a function. */
const HARMLESS = ['markAsUncloneable']

function stubOf(module: string, by: string, real: object): string {
  const members = Object.entries(real).flatMap(([name, value]) => {
    const key = `exports[${JSON.stringify(name)}]`
    if (HARMLESS.includes(name)) return `${key} = function () {}`
    if (name === 'default') return []
    if (typeof value === 'function') return `${key} = function () { fail(${JSON.stringify(name)}) }`
    return typeof value === 'boolean' ? `${key} = ${value}` : []
  })
  const text = JSON.stringify(
    `the package '${by}' uses the module '${module}', which functions do not have: `,
  )
  return `function fail(name) { throw new Error(${text} + name) }\n${members.join('\n')}`
}
