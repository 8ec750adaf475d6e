import { execFile } from 'node:child_process'
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Nango } from '@nangohq/node'
import { afterAll, beforeAll } from 'vitest'
import { type ExampleSystem, INTEGRATION, startExampleSystem } from '../example-system.ts'
import { generatedItems } from '../generated-items.ts'
import { type StandInApi, startStandInApi } from '../stand-in-api.ts'

// One system for the tests of this folder, which client.test.ts imports: to start one takes longer than all of them.

export let example: ExampleSystem
export let api: StandInApi
/** The client of the npm registry, unmodified. */
export let nango: Nango
/** Methods that a test has called. */
export const called = new Set<string>()

beforeAll(async () => {
  api = await startStandInApi()
  example = await startExampleSystem({ items: generatedItems(20, 10), egress: [api.host] })
  const client = new Nango({ host: example.system.url, secretKey: example.key })
  nango = new Proxy(client, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver)
      if (typeof value === 'function') called.add(String(name))
      return value
    },
  })
  await deployAction()
  await example.run()
})
afterAll(async () => {
  await example?.[Symbol.asyncDispose]()
  await api?.[Symbol.asyncDispose]()
})

async function deployAction() {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-actions-'))
  await mkdir(join(folder.path, INTEGRATION, 'actions'), { recursive: true })
  await writeFile(
    join(folder.path, INTEGRATION, 'actions/add.ts'),
    `import { createAction } from '@syncline/sdk'
     import { z } from 'zod'
     export default createAction({
       description: 'Adds one',
       input: z.object({ n: z.number() }),
       output: z.object({ n: z.number() }),
       exec: (_nango, { n }) => ({ n: n + 1 }),
     })`,
  )
  const env = { PATH: process.env.PATH, SYNCLINE_URL: example.system.url, SYNCLINE_KEY: example.key }
  const cli = join(import.meta.dirname, '../../cli/src/main.ts')
  await promisify(execFile)(process.execPath, ['--no-warnings', cli, 'deploy', folder.path, '--yes'], { env })
}

/** The status with which a call is refused; undefined if it is not. */
export async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (failed) => failed,
  )
  // The client throws errors of axios.
  return error?.response?.status as number | undefined
}
