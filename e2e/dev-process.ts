import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ExampleSystem } from './example-system.ts'

const CLI = join(import.meta.dirname, '../cli/src/main.ts')
const EVENT_MS = 60_000

interface Told {
  event: string
  [field: string]: unknown
}

/** `syncline dev` as a process of its own; what it tells comes as it comes. */
export function startDev(example: ExampleSystem, folder: string, temporary: string) {
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
