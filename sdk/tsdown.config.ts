import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { defineConfig } from 'tsdown'
import own from './package.json' with { type: 'json' }

/** What is published is `dist` as a whole: the client, and the types of our private packages with it. */
export default defineConfig({
  entry: 'src/index.ts',
  tsconfig: 'tsconfig.build.json',
  platform: 'neutral',
  // The type of the error codes names one of nice-grpc-common, which has no `exports`.
  inputOptions: { resolve: { mainFields: ['module', 'main'] } },
  target: 'es2022',
  dts: true,
  deps: { alwaysBundle: [/^@syncline\//, 'nice-grpc-common'], neverBundle: [/^zod/], onlyBundle: false },
  hooks: {
    'build:done': async () => {
      // The contract's examples are for the OpenAPI document: the types for them are not needed, nor installed, with the client.
      const types = await readFile('dist/index.d.ts', 'utf8')
      await writeFile('dist/index.d.ts', types.replace(/^import "zod-openapi";\n/m, ''))
      const { name, version, description, license, type, engines } = own
      const exports = { '.': { types: './index.d.ts', default: './index.js' } }
      const published = {
        ...{ name, version, description, license, type, engines, exports, sideEffects: false },
        peerDependencies: { zod: '^4.0.0' },
      }
      await writeFile('dist/package.json', `${JSON.stringify(published, null, 2)}\n`)
      await copyFile('README.md', 'dist/README.md')
      await copyFile('../LICENSE', 'dist/LICENSE')
    },
  },
})
