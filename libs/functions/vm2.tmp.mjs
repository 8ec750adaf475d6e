import { readFile, writeFile } from 'node:fs/promises'
import vm from 'node:vm'
import { build } from 'esbuild'

const lazyLocales = {
  name: 'l',
  setup(b) {
    b.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const names = [...text.matchAll(/export \{ default as (\w+) \} from "(.+?)"/g)]
      return {
        contents:
          'module.exports = {' +
          names.map(([, n, f]) => `get ${n}(){return require("${f}").default}`).join(',') +
          '}',
        loader: 'js',
      }
    })
  },
}
const mk = async (contents, plugins) =>
  (
    await build({
      stdin: { contents, resolveDir: process.argv[2] },
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node26',
      minifyWhitespace: true,
      minifySyntax: true,
      write: false,
      plugins,
    })
  ).outputFiles[0].text
const t = (n, f) => {
  const s = performance.now(),
    c = process.cpuUsage()
  for (let i = 0; i < n; i++) f()
  const d = process.cpuUsage(c)
  return ((performance.now() - s) / n).toFixed(3) + 'ms cpu ' + ((d.user + d.system) / 1000 / n).toFixed(3)
}
const all = `import * as zz from 'zod'; export const z = zz`
const cases = {
  nothing: ['export const z={}', []],
  'full star': [`export * from 'zod'`, []],
  'lazy star': [`export * from 'zod'`, [lazyLocales]],
  treeshaken: [
    `import * as zz from 'zod'; export const z = {object:zz.object,string:zz.string,number:zz.number,optional:zz.optional,array:zz.array,union:zz.union,null:zz.null,boolean:zz.boolean,record:zz.record,any:zz.any,unknown:zz.unknown}`,
    [lazyLocales],
  ],
}
for (const [name, [contents, plugins]] of Object.entries(cases)) {
  const code = await mk(contents, plugins)
  await writeFile('/tmp/sbx/zod-' + name + '.js', code)
  const script = new vm.Script(`(function(exports,require,module){${code}\n})`, { filename: 'zod.js' })
  const r = () =>
    t(200, () => {
      const c = vm.createContext(vm.constants.DONT_CONTEXTIFY)
      const m = { exports: {} }
      script.runInContext(c)(m.exports, null, m)
    })
  r()
  r()
  console.log(name, code.length, r(), r(), r())
}
