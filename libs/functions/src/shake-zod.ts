import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/** `import { z } from 'zod'`, alone or with other names, and `import z from 'zod'`; not in a longer statement. */
const IMPORT = /^([ \t]*import[ \t]+)(?:z|\{([^{}\n]*)\})([ \t]+from[ \t]*(['"])zod(?:\/v[34])?\4)/gm
const LOADERS = {
  ts: 'ts',
  mts: 'ts',
  cts: 'ts',
  tsx: 'tsx',
  js: 'js',
  mjs: 'js',
  cjs: 'js',
  jsx: 'jsx',
} as const

/**
 * Takes of zod what a function uses: 120 KB instead of 590 KB, which evaluate in half a millisecond instead of three. zod exports
 * itself as `z`, of which a bundler keeps all; of a namespace it keeps what is used. Both have the same members.
 */
export const shakeZod: Plugin = {
  name: 'shake-zod',
  setup({ onLoad, onResolve, resolve }) {
    onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path }) => {
      if (/[\\/]node_modules[\\/]/.test(path)) return undefined
      const text = await readFile(path, 'utf8')
      const contents = withNamespace(text)
      if (contents === text) return undefined
      return { contents, loader: LOADERS[path.split('.').at(-1) as keyof typeof LOADERS] } // by the filter
    })
    // It sets the language of messages. Some versions of zod say that none of their files does anything when it is loaded.
    onResolve(
      { filter: /(^|\/)external\.c?js$/ },
      async ({ path, importer, kind, resolveDir, pluginData }) => {
        if (pluginData === 'external' || !/[\\/]zod[\\/]/.test(importer)) return undefined
        const found = await resolve(path, { importer, kind, resolveDir, pluginData: 'external' })
        return { ...found, sideEffects: true }
      },
    )
  },
}

/** Each statement stays on its line. */
export function withNamespace(text: string): string {
  return text.replace(IMPORT, (statement, start: string, list: string | undefined, from: string) => {
    if (list === undefined) return `${start}* as z${from}`
    const names = list.split(',').map((name) => name.trim())
    const others = names.filter((name) => name !== 'z' && name !== '')
    if (!names.includes('z')) return statement
    return `${start}* as z${from}${others.length > 0 ? `;import { ${others.join(', ')} }${from}` : ''}`
  })
}
