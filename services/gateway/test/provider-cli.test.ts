import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'
import { startWorld, type World } from './world.ts'

let world: World
let environment: { name: string; key: string }
let status = 200
const server = createServer((_, response) => response.writeHead(status).end('what the API says'))
let host: string

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  world = await startWorld({ variables: { EGRESS_ALLOW_HOSTS: host } })
  environment = await world.environment()
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  server.close()
})

function cli(args: string[], cwd: string) {
  return runCli(args, { SYNCLINE_URL: world.url, SYNCLINE_KEY: environment.key }, cwd)
}

async function project(files: Record<string, string>) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'syncline-cli-'))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true })
    await writeFile(join(folder.path, name), text)
  }
  return { [Symbol.asyncDispose]: () => folder.remove(), cli: (...args: string[]) => cli(args, folder.path) }
}

const wiki = (changes = '') => `name: wiki
display_name: Wiki
base_url: http://${host}/api
auth: { type: header, name: x-key }
verify: { path: /me }
${changes}`

const pages = `import { createSync } from '@syncline/sdk'
import { z } from 'zod'
export default createSync({
  description: 'Pages',
  frequency: '1h',
  models: { Page: z.object({ id: z.string() }) },
  exec: async (nango) => { await nango.batchSave([{ id: '1' }], 'Page') },
})`

test('from a file to an integration whose connection works', async () => {
  await using folder = await project({ 'providers/wiki.yaml': wiki(), 'wiki/syncs/pages.ts': pages })
  const file = 'providers/wiki.yaml'
  expect(await folder.cli('provider', 'check', file)).toEqual({
    code: 0,
    out: "providers/wiki.yaml: provider 'wiki' is valid.\n",
    err: '',
  })
  const deployed = await folder.cli('provider', 'deploy', file)
  expect(deployed.out).toMatch(/^wiki {6}header {2}http:\/\/127.*\/api {2}deployed$/m)
  await folder.cli('integration', 'create', 'wiki', '--client-id', 'id', '--client-secret', 's')
  await folder.cli('connection', 'create', 'wiki', 'user-1', '--api-key', 'sesame')

  const check = () => folder.cli('provider', 'check', file, '--connection', 'user-1')
  const works = await check()
  expect(works).toMatchObject({ code: 0, err: '' })
  expect(works.out).toContain(`GET http://${host}/api/me: 200 in `)
  expect(await folder.cli('integration', 'verify', 'wiki', 'user-1')).toMatchObject({
    ...{ code: 0, out: expect.stringContaining("Connection 'user-1' works."), err: '' },
  })
  status = 403
  const refused = await check()
  expect((await folder.cli('integration', 'verify', 'wiki', 'user-1')).code).toBe(1)
  status = 200
  expect(refused.code).toBe(1)
  expect(refused.out).toContain('what the API says')
  expect(refused.err).toContain("connection 'user-1' does not work")
  expect(refused.out + refused.err).not.toContain('sesame')

  const all = await folder.cli('deploy', '.', '--yes')
  expect(all.err).toBe('')
  expect(all.out).not.toContain('providers')
  expect(all.out).toMatch(/^new {5}wiki\/pages {2}1 {8}sync of Page\nschedules: 1 start$/m)
  expect((await folder.cli('provider', 'list')).out).toMatch(/^wiki +deployed +header/m)
  const { err } = await folder.cli('provider', 'delete', 'wiki')
  expect(err).toContain("integration 'wiki' needs provider 'wiki'")
})

test('each file that is wrong is named, and what cannot be read', async () => {
  await using folder = await project({
    'providers/a.yaml': 'name: a\nbase_ur: x',
    'providers/b.yaml': 'name: B\nbase_url: https://b.example',
    'providers/c.yaml': 'name: c',
  })
  const { code, err } = await folder.cli('deploy', '.', '--yes')
  expect(code).toBe(1)
  expect(err).toContain('providers/a.yaml:2: base_ur: ')
  expect(err).toContain('providers/b.yaml:1: name: ')
  expect(err).toContain('providers/c.yaml:1: base_url: is missing')
  expect((await folder.cli('provider', 'check', 'none.yaml')).err).toBe(
    'syncline: none.yaml: there is no such file\n',
  )
  expect((await folder.cli('provider', 'check', 'providers')).err).toBe(
    'syncline: providers: is a folder: name the files in it\n',
  )
})

test('a file that extends one that is not here is valid as far as anybody knows', async () => {
  await using folder = await project({ 'a.yaml': 'name: a\nextends: other' })
  const { code, out } = await folder.cli('provider', 'check', 'a.yaml')
  expect(code).toBe(0)
  expect(out).toContain(
    "a.yaml: provider 'a' is valid. It extends 'other', which does not come with Syncline",
  )
})

test('a deployment before its integration says what comes first', async () => {
  await using folder = await project({ 'early/syncs/pages.ts': pages })
  const { code, err } = await folder.cli('deploy', '.', '--yes')
  expect(code).toBe(1)
  expect(err).toContain("there is no integration 'early'")
  expect(err).toContain('`syncline integration create`, after `syncline provider deploy`')
})

test('the secret of an app is read from a file, also without an id', async () => {
  await using folder = await project({ secret: 'of-the-app\n' })
  const base = ['--provider', 'github', '--client-secret', '@secret']
  expect(await folder.cli('integration', 'create', 'with-secret', ...base)).toMatchObject({
    code: 0,
    err: '',
  })
  const { sealedApp } = await world.catalog.integrations.get(environment.name, 'with-secret')
  expect(sealedApp).toBeDefined()
  const answer = await fetch(`${world.url}/integrations/with-secret?include=credentials`, {
    headers: { authorization: `Bearer ${environment.key}` },
  })
  expect(await answer.json()).toMatchObject({ data: { credentials: { client_secret: 'of-the-app' } } })
})

test('a folder with providers and no syncs is deployed', async () => {
  await using folder = await project({
    'providers/a.yaml': 'name: a\nextends: b\n',
    'providers/b.yml': 'name: b\nbase_url: https://b.example\n',
  })
  const { code, out } = await folder.cli('deploy', '.', '--yes')
  expect(code).toBe(0)
  expect(out).toMatch(/^providers that change: a, b\ndeployed 2 providers$/m)
  expect(await folder.cli('provider', 'delete', 'a')).toMatchObject({ code: 0 })
  expect(await folder.cli('provider', 'delete', 'b')).toMatchObject({ code: 0 })
})

test.each([
  ['name: x\nbase_url: https://x.example\nbase_urls: y', 'providers/x.yaml:3: base_urls: is not a field'],
  ['name: x\nauth: { type: bearer }', 'providers/x.yaml:1: base_url: is missing'],
  ['name: x\nbase_url: https://${sub}.x.example', 'providers/x.yaml:2: base_url: '],
  ['name: x\n  base_url: y', 'providers/x.yaml:'],
])('a file that is wrong is refused by check and deploy with its line: %j', async (text, message) => {
  await using folder = await project({ 'providers/x.yaml': text })
  for (const args of [
    ['provider', 'check', 'providers/x.yaml'],
    ['deploy', '.'],
  ]) {
    const { code, out, err } = await folder.cli(...args)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain(`syncline: ${message}`)
    expect(err).not.toContain('    at ')
  }
  const names = world.catalog.providers.list(environment.name).map(({ name }) => name)
  expect(names).not.toContain('x')
})
