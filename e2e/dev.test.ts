import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtempDisposable, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONNECTION, type ExampleSystem, INTEGRATION, startExampleSystem } from './example-system.ts'

const CLI = join(import.meta.dirname, '../cli/src/main.ts')
const EVENT_MS = 20_000

let example: ExampleSystem
beforeAll(async () => {
  example = await startExampleSystem({ items: [] })
})
afterAll(() => example[Symbol.asyncDispose]())

interface Told {
  event: string
  [field: string]: unknown
}

/** `syncline dev` as a process of its own; what it tells comes as it comes. */
function startDev(folder: string, temporary: string) {
  const dev = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', CLI, 'dev', folder, '--json'],
    {
      env: { ...process.env, TMPDIR: temporary, SYNCLINE_URL: example.system.url, SYNCLINE_KEY: example.key },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const lines = createInterface(dev.stdout)[Symbol.asyncIterator]()
  const next = async (event: string): Promise<Told> => {
    const late = AbortSignal.timeout(EVENT_MS)
    const passed: string[] = []
    for (;;) {
      const line = await Promise.race([lines.next(), once(late, 'abort')])
      if (Array.isArray(line) || line.done)
        throw new Error(`no '${event}' came; what came: ${passed.join('\n')}`)
      const told: Told = JSON.parse(line.value)
      if (told.event === event) return told
      passed.push(line.value)
    }
  }
  return { process: dev, next }
}

const source = (text: string) => `import { createSync } from '@syncline/sdk'
import { z } from 'zod'
import { titleOf } from '../title.js'
export default createSync({
  description: 'Notes', frequency: 'every day', autoStart: false,
  models: { Note: z.object({ id: z.string(), title: z.string() }) },
  exec: async (nango) => {
    ${text}
  },
})`
const saves = (title: string) => `await nango.batchSave([{ id: '1', title: titleOf('${title}') }], 'Note')`

test('dev deploys and runs what is saved, survives what is broken, and leaves nothing behind', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-dev-'))
  await using temporary = await mkdtempDisposable(join(tmpdir(), 'syncline-dev-tmp-'))
  const at = (name: string) => join(folder.path, INTEGRATION, name)
  await mkdir(at('syncs'), { recursive: true })
  const write = (text: string) => writeFile(at('syncs/notes.ts'), source(text))
  const title = (mark: string) =>
    writeFile(at('title.ts'), `export const titleOf = (text: string) => text + '${mark}'`)
  await title('.')
  await write(saves('a'))

  const dev = startDev(folder.path, temporary.path)
  const where = { integration: INTEGRATION, sync: 'notes', connection: CONNECTION }
  const model = { model: 'Note', deleted: 0, records: 1 }
  expect(await dev.next('deployed')).toMatchObject({
    functions: [{ integration: INTEGRATION, name: 'notes' }],
  })
  expect(await dev.next('ended')).toMatchObject({
    ...{ ...where, outcome: 'success', error: null },
    models: [{ ...model, added: 1, updated: 0, first: [{ id: '1', title: 'a.' }] }],
  })

  await write('await nango.batchSave([{')
  expect(await dev.next('refused')).toMatchObject({
    ...{ function: 'github/notes', message: expect.stringMatching(/notes\.ts:\d+:\d+: /) },
  })

  await write(`throw new Error('no')`)
  const failed = await dev.next('ended')
  expect(failed).toMatchObject({ outcome: 'failed', error: expect.stringContaining('no') })
  expect(JSON.stringify(failed.logs)).toMatch(/notes\.ts:8:\d+/)

  await write(saves('b'))
  expect(await dev.next('ended')).toMatchObject({
    models: [{ ...model, added: 0, updated: 1, first: [{ id: '1', title: 'b.' }] }],
  })
  await title('!')
  expect(await dev.next('ended')).toMatchObject({ models: [{ first: [{ title: 'b!' }] }] })

  dev.process.kill('SIGINT')
  expect(await once(dev.process, 'exit')).toEqual([0, null])
  expect(await readdir(temporary.path)).toEqual([])
})
