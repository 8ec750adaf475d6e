import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { basename, dirname } from 'node:path'
import { AppError } from '@syncline/errors'
import { type BuildFailure, build, type Message, type Plugin } from 'esbuild'
import { builtinName, forFunctions, forPackages } from './builtins.ts'
import { definitionsText } from './definitions-text.ts'
import type { FunctionFile } from './function-file.ts'
import { withOwnSources } from './own-sources.ts'
import { absentBuiltin, absentBuiltins } from './packages/absent-builtins.ts'
import { largestPackages } from './packages/largest-packages.ts'
import { nativeAddons, nativeImports } from './packages/native-addons.ts'
import { packageName } from './packages/package-name.ts'
import { shakeZod } from './shake-zod.ts'

const MAX_BYTES = 5 * 1024 * 1024
/** The name of a wrapper in the positions of its faults. */
const WRAPPER = 'nango.yaml'

interface Bundle {
  /** One CommonJS text with everything that it imports. The same sources give the same text. */
  text: string
  warnings: string[]
}

/**
 * Bundles a function of a project, or of a file that makes its definition itself. A compile error is an AppError `invalid_bundle`
 * that lists each fault with its position.
 */
export async function bundleFunction(source: string | FunctionFile): Promise<Bundle> {
  const { file, wrapper } = typeof source === 'string' ? { file: source, wrapper: undefined } : source
  const result = await build({
    ...(wrapper === undefined
      ? { entryPoints: [file] }
      : { stdin: { contents: wrapper, resolveDir: dirname(file), sourcefile: WRAPPER, loader: 'js' } }),
    // Paths in the text are relative to this folder: a project's location must not change the text.
    absWorkingDir: dirname(file),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node26',
    // The project's own compiler options are for its type checks; they must not change the text.
    tsconfigRaw: {},
    // A function is in no file at run time.
    define: {
      __dirname: '"/"',
      __filename: '"/function.js"',
      'import.meta.url': '"file:///function.js"',
      'import.meta.dirname': '"/"',
      'import.meta.filename': '"/function.js"',
    },
    // A function has no module loader at run time, so `import()` becomes `require`.
    supported: { 'dynamic-import': false },
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'inline',
    legalComments: 'none',
    write: false,
    outfile: 'function.js',
    logLevel: 'silent',
    // The wrapper says in its own words that a file has no default export.
    logOverride: wrapper === undefined ? {} : { 'import-is-undefined': 'silent' },
    metafile: true,
    plugins: [
      definitions,
      nativeAddons,
      builtins,
      absentBuiltins,
      absentPackages,
      zodFallback,
      noSourceMapOfPackages,
      shakeZod,
    ],
  }).catch((error: BuildFailure | Error) => {
    if (!('errors' in error)) throw error
    throw new AppError('invalid_bundle', error.errors.map(describe).join('\n'), { cause: error })
  })
  const { metafile } = result
  const refused = nativeImports(metafile, dirname(file))
  if (refused.length > 0) throw new AppError('invalid_bundle', refused.join('\n'))
  const text = withOwnSources(result.outputFiles[0]?.text ?? '')
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw new AppError(
      'invalid_bundle',
      `the bundle of ${basename(file)} has ${Buffer.byteLength(text)} bytes; the limit is ${MAX_BYTES}${largestPackages(metafile)}`,
    )
  }
  return { text, warnings: result.warnings.map(describe) }
}

function describe({ location, text }: Message): string {
  return location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text
}

/** `createSync` and the other definitions are ours, under our package's name and the one that existing functions use. */
const definitions: Plugin = {
  name: 'definitions',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(nango|@syncline\/sdk)$/ }, () => ({
      path: 'definitions',
      namespace: 'syncline',
    }))
    onLoad({ filter: /.*/, namespace: 'syncline' }, async () => ({
      contents: await definitionsText(),
      loader: 'ts',
    }))
  },
}

const builtins: Plugin = {
  name: 'builtins',
  setup({ onResolve }) {
    onResolve({ filter: /^[a-z0-9_:/]+$/ }, ({ path, importer }) => {
      if (!isBuiltin(path)) return undefined
      const name = builtinName(path)
      if (forFunctions.includes(name)) return { path, external: true }
      if (isPackage(importer))
        return forPackages.includes(name) ? { path, external: true } : absentBuiltin(path, importer)
      const text = `a function can't import the module '${path}'; of Node's modules it can import: ${forFunctions.join(', ')}`
      return { errors: [{ text }] }
    })
  },
}

/**
 * Packages require optional ones when they need them. A missing one is not a fault of the bundle: as in Node, the call fails
 * when it is made.
 */
const absentPackages: Plugin = {
  name: 'absent-packages',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
      const isLazy = kind === 'require-call' || kind === 'dynamic-import'
      if (!isLazy || !isPackage(importer) || isBuiltin(path) || pluginData === 'absent') return undefined
      const found = await resolve(path, { kind, importer, resolveDir, pluginData: 'absent' })
      return found.errors.length === 0 ? found : { path, namespace: 'absent' }
    })
    onLoad({ filter: /.*/, namespace: 'absent' }, ({ path }) => {
      const message = JSON.stringify(`Cannot find module '${path}'`)
      return { contents: `throw Object.assign(new Error(${message}), { code: 'MODULE_NOT_FOUND' })` }
    })
  },
}

/** The project's own zod if it has one, else ours. */
const zodFallback: Plugin = {
  name: 'zod-fallback',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^zod($|\/)/ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
      if (pluginData === 'zod') return undefined
      const found = await resolve(path, { kind, resolveDir, pluginData: 'zod' })
      const used =
        // A project of nango.yaml may have zod 3, and a wrapper needs 4.
        found.errors.length > 0 || basename(importer) === WRAPPER
          ? await resolve(path, { kind, resolveDir: import.meta.dirname, pluginData: 'zod' })
          : found
      return { ...used, sideEffects: true } // see shake-zod.ts
    })
  },
}

/** No source positions of packages: authors debug their own files, and the bundle would be several times larger. */
const noSourceMapOfPackages: Plugin = {
  name: 'no-source-map-of-packages',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${EMPTY_MAP}`,
      loader: 'js',
    }))
  },
}

const EMPTY_MAP = Buffer.from('{"version":3,"sources":["package"],"mappings":"AAAA"}').toString('base64')

const isPackage = (importer: string) => packageName(importer) !== undefined
