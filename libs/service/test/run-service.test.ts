import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, freePort } from '@syncline/testkit'
import { expect, onTestFinished, test } from 'vitest'

type Output = 'pipe' | 'ignore' | number

/** A service as a process, ready. */
async function run(args: string[], output: Output, env: NodeJS.ProcessEnv = {}) {
  const port = await freePort()
  const child = spawn(process.execPath, [join(import.meta.dirname, 'process.ts'), ...args], {
    env: { ...process.env, ...env, OPS_PORT: String(port) },
    stdio: ['ignore', output, output],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
  await eventually(async () => expect(await get('/readyz')).toContain('"disk":"ok"'))
  return { child, get }
}

async function stop(child: ChildProcess): Promise<number | null> {
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit', { signal: AbortSignal.timeout(60_000) })
  return code
}

const linesLost = (metrics: string) => Number(/^syncline_log_lines_lost_total (\d+)/m.exec(metrics)?.[1])

test('a full disk under the log costs lines, which are counted, and nothing else', async () => {
  const full = openSync('/dev/full', 'w')
  const { child, get } = await run(['20000'], full)
  expect(linesLost(await get('/metrics'))).toBeGreaterThan(10_000)
  expect(await get('/readyz')).toContain('"status":"ok"')
  expect(await stop(child)).toBe(0)
})

test('so does a pipe that nobody reads any more', async () => {
  const { child, get } = await run(['10'], 'pipe')
  child.stdout?.destroy()
  child.stderr?.destroy()
  for (let n = 0; n < 3; n++) expect(await get('/livez')).toContain('ok')
  expect(await stop(child)).toBe(0)
})

test('a pipe that is full does not stop the process', async () => {
  const { child, get } = await run(['20000'], 'pipe')
  child.stdout?.pause()
  expect(await get('/readyz')).toContain('"status":"ok"')
  expect(await stop(child)).toBe(0)
})

test('a stopped service ends, whatever a library has left open', async () => {
  const { child } = await run(['0', 'hold'], 'ignore')
  expect(await stop(child)).toBe(0)
})
