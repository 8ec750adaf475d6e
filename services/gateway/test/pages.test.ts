import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, startWorld, type World } from './world.ts'

const dir = mkdtempSync(join(tmpdir(), 'syncline-pages-'))
const folders = { WEB_DIR: join(dir, 'web'), DOCS_DIR: join(dir, 'docs') }
let world: World

beforeAll(async () => {
  world = await startWorld({ variables: folders })
})
afterAll(() => world[Symbol.asyncDispose]())

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(world.url + path, { headers, redirect: 'manual' })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

test('pages that are not built say how to build them', async () => {
  for (const [path, how] of [
    ['/', 'pnpm web:build'],
    ['/ui/dev/syncs', 'pnpm web:build'],
    ['/docs/', 'pnpm docs:build'],
  ] as const) {
    const { status, body } = await ask(world.url, undefined, path)
    expect([status, body.error.code]).toEqual([404, 'not_found'])
    expect(body.error.message).toContain(how)
  }
})

test('pages are served once they are built, with scripts of their own server only', async () => {
  build()
  for (const path of ['/', '/ui', '/ui/dev/syncs/github/a%2Fb/issues?q=1', '/ui/login']) {
    const page = await get(path)
    expect([page.status, page.text]).toEqual([200, '<title>dashboard</title>'])
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(page.headers.get('cache-control')).toBe('public, max-age=0')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self';")
    expect(policy).toContain("connect-src 'self'; form-action 'self'; frame-ancestors 'none'")
  }
  expect((await get('/docs')).headers.get('location')).toBe('/docs/')
  expect((await get('/docs/')).text).toBe('<title>docs</title>')
  for (const path of ['/docs/guides/a', '/docs/guides/a.html'])
    expect((await get(path)).text).toContain('guide')
  // These were there before, and stay.
  expect((await get('/docs/api/')).text).toContain('Syncline API')
  expect((await get('/openapi.json')).status).toBe(200)
})

test('files with a hash in their names are kept by browsers, and sent compressed', async () => {
  build()
  const plain = await get('/ui/assets/main-1.js', { 'accept-encoding': 'identity' })
  expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect([plain.text, plain.headers.get('content-encoding')]).toEqual(['run()', null])
  const small = await get('/ui/assets/main-1.js', { 'accept-encoding': 'br, gzip' })
  expect([small.text, small.headers.get('content-encoding')]).toEqual(['run()', 'br'])
})

test.each([
  '/ui/assets/none.js',
  '/docs/none',
  '/docs/..%2f..%2fetc%2fpasswd',
  '/docs/%2e%2e/web/index.html',
  '/ui/assets/..%2findex.html',
  '/ui/assets/%00',
  '/docs/.secret',
])('nothing else is served: %s', async (path) => {
  build()
  const { status, body } = await ask(world.url, undefined, path)
  expect([status, body.error.code]).toEqual([404, 'not_found'])
})

function build(): void {
  const { WEB_DIR, DOCS_DIR } = folders
  mkdirSync(join(WEB_DIR, 'assets'), { recursive: true })
  mkdirSync(join(DOCS_DIR, 'guides'), { recursive: true })
  writeFileSync(join(WEB_DIR, 'index.html'), '<title>dashboard</title>')
  writeFileSync(join(WEB_DIR, 'assets/main-1.js'), 'run()')
  writeFileSync(join(WEB_DIR, 'assets/main-1.js.br'), brotliCompressSync('run()'))
  writeFileSync(join(DOCS_DIR, 'index.html'), '<title>docs</title>')
  writeFileSync(join(DOCS_DIR, 'guides/a.html'), '<title>guide</title>')
  writeFileSync(join(DOCS_DIR, '.secret'), 'secret')
}
