import { copyFile, writeFile } from 'node:fs/promises'
import { defineConfig } from 'tsdown'
import own from './package.json' with { type: 'json' }

/** What is published is `dist` as a whole: the client, with what it has of private packages. */
export default defineConfig({
  entry: 'src/index.ts',
  tsconfig: 'tsconfig.build.json',
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  // Types as they are written: what is exported names its type.
  dts: { generator: 'oxc', oxc: { stripInternal: true } },
  deps: { alwaysBundle: [/^@syncline\//], neverBundle: [/^zod/], onlyBundle: false },
  hooks: {
    'build:done': async () => {
      const { name, version, description, license, type, engines } = own
      const exports = {
        '.': {
          import: { types: './index.d.ts', default: './index.js' },
          require: { types: './index.d.cts', default: './index.cjs' },
        },
      }
      const published = {
        ...{ name, version, description, license, type, engines, exports, sideEffects: false },
        ...{ main: './index.cjs', types: './index.d.cts' },
        peerDependencies: { zod: '^4.0.0' },
      }
      await writeFile('dist/package.json', `${JSON.stringify(published, null, 2)}\n`)
      await copyFile('README.md', 'dist/README.md')
      await copyFile('../LICENSE', 'dist/LICENSE')
    },
  },
})
