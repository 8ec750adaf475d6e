import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './pages.ts'

const page = readFileSync(join(ROOT, 'docs/concepts/guarantees.md'), 'utf8')
const rows = [...page.matchAll(/^\| (.+?) \|.*\| ([^|]*) \|$/gm)]
  .filter(([, name]) => name !== 'guarantee')
  .map(([, name = '', tests = '']) => [name, tests] as const)

test('there are guarantees', () => expect(rows.length).toBeGreaterThan(15))

test.each(rows)('%s: its tests are there', (_, tests) => {
  const named = [...tests.matchAll(/\]\(\.\.\/\.\.\/([^)]+\.ts)\) "([^"]+)"/g)]
  expect(named).not.toEqual([])
  const lost = named.filter(([, file = '', title = '']) => !titlesIn(file).some((it) => it.includes(title)))
  expect(lost.map(([found]) => found)).toEqual([])
})

/** The first string of each test, whatever its quotes. */
function titlesIn(file: string): string[] {
  if (!existsSync(join(ROOT, file))) return []
  const titles = /\b(?:test|it)(?:\.each[\s\S]*?\]\)|\.each\(\w+\))?\(\s*(['"`])([\s\S]*?)\1/g
  return [...readFileSync(join(ROOT, file), 'utf8').matchAll(titles)].map(([, , title = '']) => title)
}
