import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { defineConfig } from 'tsdown'
import { definitionsText } from '../libs/functions/src/definitions-text.ts'
import * as providers from '../libs/providers/src/first-party-texts.ts'
import { harnessScripts } from '../libs/sandbox/src/harness-scripts.ts'
import own from './package.json' with { type: 'json' }

/** The oldest Node that the file runs on: see `engines` in package.json. */
const [major = '', minor = ''] = own.engines.node.match(/\d+/g) ?? []
const TARGET = `node${major}`

/** What stays a package of its own: a native program, and what functions import. */
const packages = ['esbuild', 'zod']

const libs = join(import.meta.dirname, '../libs')
const programs = ['describe-program.ts', 'program.ts']

/** Of the program in a child, Node 20 lacks this. */
const withResolvers = `Promise.withResolvers ??= function () {
  let resolve, reject
  const promise = new this((...both) => ([resolve, reject] = both))
  return { promise, resolve, reject }
};
`

/** Modules that read files of this repository, and what they are in the package. */
const embedded: Record<string, () => Promise<string>> = {
  [join(libs, 'functions/src/definitions-text.ts')]: async () =>
    `export const definitionsText = async () => ${JSON.stringify(await definitionsText())}`,
  [join(libs, 'providers/src/first-party-texts.ts')]: async () => {
    const texts = providers.firstPartyNames().map((name) => [name, providers.firstPartyText(name)])
    return `const texts = ${JSON.stringify(Object.fromEntries(texts))}
      export const firstPartyNames = () => Object.keys(texts)
      export const firstPartyText = (name) => texts[name]
      export const firstPartyPath = (name) => name + '.yaml of Syncline'`
  },
  [join(libs, 'sandbox/src/harness-scripts.ts')]: async () => {
    const scripts = programs.map(async (name) => {
      const made = await harnessScripts(join(libs, 'functions/src/runtime', name), TARGET)
      return [name, { ...made, harness: withResolvers + made.harness }] as const
    })
    return `import { basename } from 'node:path'
      const scripts = ${JSON.stringify(Object.fromEntries(await Promise.all(scripts)))}
      export const PROGRAM_FILE = 'program.cjs'
      export const harnessScripts = async (file) => scripts[basename(file)]`
  },
}

/** An older Node is refused before anything of the file runs. Its names are its own: all modules of the file share one scope. */
const banner = `#!/usr/bin/env node
(function (present) {
  if (present[0] > ${major} || (present[0] == ${major} && present[1] >= ${minor})) return;
  console.error('syncline: it needs Node ${major}.${minor} or newer, and this is Node ' + process.versions.node + ': https://nodejs.org');
  process.exit(1);
})(process.versions.node.split('.'));`

/** What is published is \`dist\`: one file with all that it has of private packages. */
export default defineConfig({
  entry: { syncline: 'src/packaged.ts' },
  format: 'cjs',
  platform: 'node',
  target: TARGET,
  dts: false,
  minify: true,
  deps: { alwaysBundle: /^(?!node:)/, neverBundle: packages, onlyBundle: false },
  outputOptions: { codeSplitting: false, banner },
  plugins: [
    {
      name: 'embedded-files',
      async load(id: string) {
        const text = await embedded[id]?.()
        return text === undefined ? null : { code: text, moduleType: 'js' as const }
      },
    },
    {
      // Loaded when a command needs it, and not at the start of each.
      name: 'packages-when-needed',
      resolveId: (id: string) => (packages.includes(id) ? `\0when-needed:${id}` : null),
      load(id: string) {
        const name = id.startsWith('\0when-needed:') ? id.slice('\0when-needed:'.length) : undefined
        return name === undefined
          ? null
          : { code: `module.exports = require('${name}')`, moduleType: 'js' as const }
      },
    },
  ],
  hooks: {
    'build:done': async () => {
      const { name, version, description, license, engines } = own
      const require = createRequire(import.meta.url)
      const versions = packages.map(async (it) => {
        const manifest = JSON.parse(await readFile(require.resolve(`${it}/package.json`), 'utf8'))
        return [it, manifest.version] as const
      })
      const published = {
        ...{ name, version, description, license, engines },
        bin: { syncline: './syncline.cjs' },
        files: ['syncline.cjs'],
        dependencies: Object.fromEntries(await Promise.all(versions)),
      }
      await writeFile('dist/package.json', `${JSON.stringify(published, null, 2)}\n`)
      await copyFile('README.md', 'dist/README.md')
      await copyFile('../LICENSE', 'dist/LICENSE')
    },
  },
})
