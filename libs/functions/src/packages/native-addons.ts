import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile, Plugin } from 'esbuild'
import { packageName } from './package-name.ts'

/** Packages that load the native addon of the package which calls them. */
const LOADER =
  /^(bindings|node-gyp-build|node-gyp-build-optional-packages|node-pre-gyp|@mapbox\/node-pre-gyp|pkg-prebuilds)$/
const FILTER = new RegExp(String.raw`\.node$|${LOADER.source}`)
const NATIVE = 'native-addon'
/** Behind the name of its package: it is loaded inside of `try`, so there is a replacement in JavaScript. */
const OPTIONAL = ' optional'

type Addon = { by: string; isFile: boolean }

/**
 * Native addons are machine code, which the sandbox does not load. Loading one fails with an error that names its package, as in
 * Node where an addon was not built. So packages work that have a replacement, or need the addon for something else.
 */
export const nativeAddons: Plugin = {
  name: NATIVE,
  setup({ onResolve, onLoad }) {
    onResolve({ filter: FILTER }, ({ path, importer }) => {
      const isFile = path.endsWith('.node')
      const by = packageName(importer)
      if (by === undefined) return isFile ? { errors: [{ text: refusal(`'${path}' is`) }] } : undefined
      const optional = isInTry(readFileSync(importer, 'utf8'), path) ? OPTIONAL : ''
      const pluginData: Addon = { by, isFile }
      return { path: `${by} ${isFile ? 'file' : 'loader'}${optional}`, namespace: NATIVE, pluginData }
    })
    onLoad({ filter: /.*/, namespace: NATIVE }, ({ pluginData }) => {
      const { by, isFile } = pluginData as Addon // from `onResolve`
      const text = JSON.stringify(refusal(`the package '${by}' has`))
      const failure = `throw Object.assign(new Error(${text}), { code: 'ERR_DLOPEN_FAILED' })`
      const loader = `function load() { ${failure} }
        module.exports = Object.assign(load, { path: load, find: load, resolve: load })`
      return { contents: isFile ? failure : loader }
    })
  },
}

/** Refusals of packages that files of the project import and that are nothing without their addon. */
export function nativeImports(inputs: Metafile['inputs'], folder: string): string[] {
  const names = new Map<string, string>()
  for (const [file, { imports }] of Object.entries(inputs)) {
    if (packageName(`/${file}`) !== undefined) continue
    for (const { path } of imports) {
      const name = packageName(`/${path}`)
      if (name !== undefined) names.set(name, join(folder, packageFolder(path, name)))
    }
  }
  const addons = Object.keys(inputs).filter((input) => input.startsWith(`${NATIVE}:`))
  return [...names].flatMap(([name, at]) => {
    const own = addons.filter((input) => input.startsWith(`${NATIVE}:${name} `))
    const isReplaced = own.some((input) => input.endsWith(OPTIONAL)) && !isRust(at)
    const isNative = own.length > 0 || isBuilt(at)
    return isNative && !isReplaced ? refusal(`the package '${name}' has`) : []
  })
}

const refusal = (subject: string) =>
  `${subject} a native addon, which functions can't load: use a package that is JavaScript only`

/** As packages write it: `try { … require('x') … } catch`. */
function isInTry(text: string, path: string): boolean {
  const quoted = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(String.raw`\btry\s*\{[^}]*\brequire\(\s*['"]${quoted}['"]`).test(text)
}

const packageFolder = (path: string, name: string) =>
  path.slice(0, path.lastIndexOf(`node_modules/${name}/`) + `node_modules/${name}`.length)

/** Files that say how an addon is built. Some packages load it by a path that no bundler can follow. */
const isBuilt = (folder: string) =>
  ['binding.gyp', 'src/binding.gyp'].some((file) => existsSync(join(folder, file)))

/** Made by napi-rs: it looks for the addon of each platform inside of `try`, and has no replacement. */
const isRust = (folder: string) => 'napi' in JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
