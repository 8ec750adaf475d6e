import { execFile } from 'node:child_process'
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// Both packages, from their tarballs, in an empty project, on each Node that they support.

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const { nodeFromNpm, nodeVersion } = (await import(join(root, 'setup/toolchain.js'))) as {
  // JavaScript without types: it installs what runs TypeScript.
  nodeFromNpm: (version: string) => Promise<string>
  nodeVersion: string
}

const answer = { records: [{ id: '1' }], connections: [], next_cursor: null }
const api = createServer((_, response) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
})
let url: string
let packed: Awaited<ReturnType<typeof mkdtempDisposable>>
const tarball = (name: string) => join(packed.path, `${name}.tgz`)

beforeAll(async () => {
  packed = await mkdtempDisposable(join(tmpdir(), 'syncline-packages-'))
  for (const name of ['sdk', 'cli'])
    await run('pnpm', ['pack', '--out', tarball(name)], { cwd: join(root, name) })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(api.address() as AddressInfo).port}` // of TCP
})
afterAll(async () => {
  api.close()
  await packed[Symbol.asyncDispose]()
})

const program = `
  const syncline = new Syncline({ secretKey: 'k', host: process.env.SYNCLINE_URL })
  const where = { providerConfigKey: 'a', connectionId: 'b', model: 'C' }
  syncline.records.list(where).then(({ records }) => console.log(process.versions.node, records[0].id, typeof createSync))
`
describe.each(['20.18.3', '20.20.2', '22.23.3', '24.21.0', nodeVersion])('Node %s', (version) => {
  test('installs the packages from their tarballs, and runs them', async () => {
    await using project = await mkdtempDisposable(join(tmpdir(), 'syncline-project-'))
    const cwd = project.path
    const node = await nodeFromNpm(version)
    const env = { ...process.env, NODE_OPTIONS: '', SYNCLINE_URL: url, SYNCLINE_KEY: 'k' }
    const path = { ...env, PATH: `${dirname(node)}:${process.env.PATH}` }
    const write = async (name: string, text: string) => {
      await mkdir(dirname(join(cwd, name)), { recursive: true })
      await writeFile(join(cwd, name), text)
    }
    await write('package.json', '{"name":"user","private":true,"type":"module"}')
    const npm = ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball('sdk'), tarball('cli')]
    // By our own Node: npm itself needs a newer one than the oldest that the packages run on.
    await run('npm', npm, { cwd, env })

    await write('program.mjs', `import { createSync, Syncline } from '@syncline/sdk'\n${program}`)
    await write('program.cjs', `const { createSync, Syncline } = require('@syncline/sdk')\n${program}`)
    for (const file of ['program.mjs', 'program.cjs']) {
      const { stdout } = await run(node, [file], { cwd, env })
      expect(stdout).toBe(`${version} 1 function\n`)
    }

    const syncline = (...args: string[]) =>
      run(join(cwd, 'node_modules/.bin/syncline'), args, { cwd, env: path }).catch(
        (error: { stdout: string; stderr: string }) => error,
      )
    expect(await syncline('--help')).toMatchObject({
      stdout: expect.stringContaining('Usage: syncline'),
      stderr: '',
    })
    expect(await syncline('connection', 'list', '--json')).toMatchObject({
      ...{ stdout: '{\n  "connections": []\n}\n', stderr: '' },
    })
    expect(await syncline('init', 'made')).toMatchObject({ stderr: '' })
    const tested = await syncline('test', 'made')
    expect(tested.stdout).toMatch(/^ok .* github\/issues .*\n\n1 passed, 0 failed\n$/s)
  })
})
