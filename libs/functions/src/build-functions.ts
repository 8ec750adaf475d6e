import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, dirname } from 'node:path'
import { AppError } from '@syncline/errors'
import { type BuildResult, build, type Message, type Plugin } from 'esbuild'
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

export interface Bundle {
  /** One CommonJS text with everything that it imports. The same sources give the same text. */
  text: string
  warnings: string[]
}

/** Of a function its bundle, or why it can't be deployed: an AppError `invalid_bundle`. */
export type Bundled = PromiseSettledResult<Bundle>

export type Source = Pick<FunctionFile, 'file' | 'wrapper'>

/**
 * Builds functions whose files lie in one folder, or a single one that has a wrapper. What several import is read once; esbuild links
 * each as if it were alone. A fault in one fails them all, with esbuild's `BuildFailure`.
 */
export async function buildFunctions(sources: Source[]): Promise<Bundled[]> {
  const [first] = sources
  if (first === undefined) return []
  // Paths in a text are relative to this folder: a project's location must not change the text.
  const folder = dirname(first.file)
  // Of esbuild's process, which starts with the first build. By its default it collects garbage several times in a build, which
  // takes a fifth of its processor time; so it needs 200 MB instead of 130.
  process.env.GOGC ??= '400'
  const result = await build({
    ...(first.wrapper === undefined
      ? { entryPoints: sources.map(({ file }, n) => ({ in: file, out: String(n) })), outdir: folder }
      : {
          stdin: { contents: first.wrapper, resolveDir: folder, sourcefile: WRAPPER, loader: 'js' },
          outfile: '0.js',
        }),
    absWorkingDir: folder,
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
    logLevel: 'silent',
    // The wrapper says in its own words that a file has no default export.
    logOverride: first.wrapper === undefined ? {} : { 'import-is-undefined': 'silent' },
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
  })
  return Promise.allSettled(sources.map(async ({ file }, n) => bundleOf(file, `${n}.js`, result)))
}

type Result = BuildResult<{ metafile: true; write: false }>

/** What was built for a function, if it can be deployed. */
function bundleOf(file: string, output: string, { outputFiles, metafile, warnings }: Result): Bundle {
  const built = metafile.outputs[output]
  const inputs = inputsOf(built?.entryPoint ?? '', metafile)
  const refused = nativeImports(inputs, dirname(file))
  if (refused.length > 0) throw new AppError('invalid_bundle', refused.join('\n'))
  const text = withOwnSources(outputFiles.find(({ path }) => basename(path) === output)?.text ?? '')
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw new AppError(
      'invalid_bundle',
      `the bundle of ${basename(file)} has ${Buffer.byteLength(text)} bytes; the limit is ${MAX_BYTES}${largestPackages(built?.inputs ?? {})}`,
    )
  }
  const own = warnings.filter(({ location }) => location === null || location.file in inputs)
  return { text, warnings: [...new Set(own.map(describe))] }
}

/** The files that an entry imports, and those that they import, with itself. */
function inputsOf(entry: string, { inputs }: Result['metafile']): Result['metafile']['inputs'] {
  const found: Result['metafile']['inputs'] = {}
  const left = [entry]
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    const input = inputs[name]
    if (input === undefined || name in found) continue
    found[name] = input
    left.push(...input.imports.map(({ path }) => path))
  }
  return found
}

export function describe({ location, text }: Message): string {
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

/** Modules of zod that no other one of zod imports: whether a file has side effects must not depend on who imports it first. */
const ZOD_ENTRY = /^zod(\/(v3|v4|mini|v4-mini))?$/

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
      return ZOD_ENTRY.test(path) ? { ...used, sideEffects: true } : used // see shake-zod.ts
    })
  },
}

/** No source positions of packages: authors debug their own files, and the bundle would be several times larger. */
const noSourceMapOfPackages: Plugin = {
  name: 'no-source-map-of-packages',
  setup({ onLoad }) {
    // A hundred small files for zod alone: asynchronous reads of them would take twice the processor time.
    onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, ({ path }) => ({
      contents: `${readFileSync(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${EMPTY_MAP}`,
      loader: 'js',
    }))
  },
}

const EMPTY_MAP = Buffer.from('{"version":3,"sources":["package"],"mappings":"AAAA"}').toString('base64')

const isPackage = (importer: string) => packageName(importer) !== undefined
