import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, written } from './pages.ts'

const sources = execFileSync('git', ['ls-files', 'services/*/src/*.ts', 'libs/*/src/*.ts'], {
  cwd: ROOT,
  encoding: 'utf8',
})
const metrics = sources
  .trim()
  .split('\n')
  .flatMap((file) => [...readFileSync(join(ROOT, file), 'utf8').matchAll(/metrics\.\w+\(\s*'(\w+)'/g)])
  .map(([, name]) => `syncline_${name}`)

test('every metric that a page names is there', () => {
  // Those of Node are of a library.
  const named = /(?<=`)syncline_(?!nodejs_|process_)[a-z_]+(?=[`{])/g
  const lost = written.flatMap(({ file, text }) =>
    (text.match(named) ?? []).filter((it) => !metrics.includes(it)).map((it) => `${file}: ${it}`),
  )
  expect(metrics.length).toBeGreaterThan(30)
  expect(lost).toEqual([])
})
