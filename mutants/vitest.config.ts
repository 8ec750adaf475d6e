import { defineConfig } from 'vitest/config'

/** The unit tests beside pure code, for Stryker: it takes one configuration and no projects. */
export default defineConfig({
  test: {
    root: process.cwd(),
    include: ['{libs,services}/**/src/**/*.test.ts'],
    exclude: ['**/node_modules/**', '.toolchain/**', '.syncline/**'],
  },
})
