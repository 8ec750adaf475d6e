import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { slug } from '../generate/markdown.ts'
import { generated, ROOT, written } from './pages.ts'

const pages = new Map([...generated, ...written].map(({ file, text }) => [file, text]))
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '')
const readmes = tracked.filter(
  (file) => file.endsWith('.md') && existsSync(join(ROOT, file)) && !pages.has(file),
)

test.each([...pages.keys(), ...readmes])('every link in %s leads somewhere', (file) => {
  const text = pages.get(file) ?? readFileSync(join(ROOT, file), 'utf8')
  const links = withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)
  expect([...links].flatMap(([, link = '']) => problemOf(file, link))).toEqual([])
})

test('every page that source, errors and tests name is there', () => {
  const own = /(?<![\w/.-])docs\/[\w/-]+\.(?:md|json)\b/g
  const sources = tracked.filter(
    (file) => /\.(ts|js|lua|yml|yaml|proto|sql|md)$/.test(file) && file !== 'CHANGELOG.md',
  )
  const lost = sources.flatMap((file) => {
    const named = existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8').match(own) : null
    return (named ?? []).filter((page) => !isThere(page)).map((page) => `${file}: ${page}`)
  })
  expect(lost).toEqual([])
})

function problemOf(file: string, link: string): string[] {
  if (/^(https?|mailto):/.test(link)) return []
  const [path = '', anchor] = link.split('#')
  // A path from the root is one of the gateway.
  if (path.startsWith('/')) return ['/docs/api', '/openapi.json', '/'].includes(path) ? [] : [link]
  const target = path === '' ? file : relative(ROOT, join(ROOT, dirname(file), path))
  if (!isThere(target)) return [link]
  if (anchor === undefined || !target.endsWith('.md')) return []
  const headings = [...withoutCode(read(target), false).matchAll(/^#+ (.*)$/gm)].map(([, it = '']) =>
    slug(plain(it)),
  )
  return headings.includes(anchor) ? [] : [link]
}

const read = (file: string) => pages.get(file) ?? readFileSync(join(ROOT, file), 'utf8')

/** A folder counts too: the repository shows it. */
function isThere(file: string): boolean {
  return (
    pages.has(file) ||
    (existsSync(join(ROOT, file)) && (statSync(join(ROOT, file)).isFile() || !file.startsWith('docs/')))
  )
}

function withoutCode(text: string, inline = true): string {
  const prose = text.replaceAll(/^( *)```[\s\S]*?^\1```[ \t]*$/gm, '')
  return inline ? prose.replaceAll(/`[^`\n]*`/g, '`') : prose
}

const plain = (heading: string) => heading.replaceAll(/[`*]/g, '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
