import { join } from 'node:path'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { defaultReuseLimits, openSandboxes, type SandboxesOptions, type SandboxRun } from '../src/index.ts'
import { bytes } from './attacks.ts'
import { limits } from './levels.ts'

type Opened = Awaited<ReturnType<typeof openSandboxes>>

const open = (options: Partial<SandboxesOptions> = {}) =>
  openSandboxes({ program: join(import.meta.dirname, 'program.ts'), limits, reuse: 'bundle', ...options })

const bundle = `exports.answer = 42`
const key = { tenant: 'acme', hash: 'a' }

/** Runs code, and waits until its child waits for another run or has ended. */
async function run(sandboxes: Opened, code: string, reuse = key, options: Partial<SandboxRun> = {}) {
  const { outcome, pid } = await runOnly(sandboxes, code, reuse, options)
  await eventually(() => expect(sandboxes.settling).toBe(0))
  return { outcome, pid }
}

async function runOnly(sandboxes: Opened, code: string, reuse = key, options: Partial<SandboxRun> = {}) {
  using sandbox = await sandboxes.take({ bundle, reuse })
  const outcome = await sandbox.run({ input: code, host: {}, onLog: () => {}, ...options })
  return { outcome, pid: sandbox.pid }
}

test('a child serves runs of one tenant and bundle, and no others', async () => {
  await using sandboxes = await open()
  const first = await run(sandboxes, `return 1`)
  expect(sandboxes.idle).toBe(1)
  expect((await run(sandboxes, `return 2`)).pid).toBe(first.pid)
  const others = [
    await run(sandboxes, `return 3`, { tenant: 'other', hash: 'a' }),
    await run(sandboxes, `return 4`, { tenant: 'acme', hash: 'b' }),
    await run(sandboxes, `return 5`, { tenant: 'acme","a', hash: '' }),
  ]
  expect(new Set([first.pid, ...others.map(({ pid }) => pid)]).size).toBe(4)
  expect((await run(sandboxes, `return 6`)).pid).toBe(first.pid)
})

test('its bundle is sent once, and evaluated in each run', async () => {
  await using sandboxes = await open()
  const code = `return host.bundle.text.length + host.bundle.evaluate(require).answer`
  const outcomes = [await run(sandboxes, code), await run(sandboxes, code)].map(({ outcome }) => outcome)
  expect(outcomes).toEqual(Array(2).fill({ kind: 'success', output: bundle.length + 42 }))
})

test('a function that throws leaves its child to the next run', async () => {
  await using sandboxes = await open()
  const { outcome, pid } = await run(sandboxes, `throw new Error('no')`)
  expect(outcome).toMatchObject({ kind: 'failed' })
  expect((await run(sandboxes, `return 1`)).pid).toBe(pid)
})

test.each([
  ['leaves its process', `process.exit(0)`],
  ['dies', `process.abort()`],
  ['is cancelled', `await host.call('cancel', null); await new Promise(() => {})`],
])('a function that %s ends its child', async (_, code) => {
  await using sandboxes = await open()
  const cancel = new AbortController()
  const host = { cancel: async () => cancel.abort() }
  const { outcome, pid } = await run(sandboxes, code, key, { host, signal: cancel.signal })
  expect(outcome.kind).not.toBe('success')
  expect(sandboxes.idle).toBe(0)
  expect((await run(sandboxes, `return 1`)).pid).not.toBe(pid)
})

test('with `never` each run has a child of its own', async () => {
  await using sandboxes = await open({ reuse: 'never' })
  const pids = [await run(sandboxes, `return 1`), await run(sandboxes, `return 1`)].map(({ pid }) => pid)
  expect(new Set(pids).size).toBe(2)
})

test('limits are of one run: what earlier ones have used does not count', async () => {
  const small = { ...limits, logLines: 10, stdoutBytes: 1000, receivedBytes: 5000, cpuMs: 1000 }
  await using sandboxes = await open({ limits: small })
  const code = `for (let n = 0; n < 10; n++) host.log('info', 'line')
    await new Promise((written) => process.stdout.write('x'.repeat(900), written))
    for (const end = Date.now() + 400; Date.now() < end;) await new Promise(setImmediate)
    return 'x'.repeat(3000)`
  const pids = new Set<number>()
  // On a busy machine each uses less than its 400 ms, all together use more than the limit.
  for (let n = 0; n < 6; n++) {
    const lines: string[] = []
    const { outcome, pid } = await run(sandboxes, code, key, {
      onLog: (_, text) => lines.push(text),
    })
    expect(outcome.kind).toBe('success')
    expect(lines).toEqual(Array(10).fill('line'))
    pids.add(pid)
  }
  expect(pids.size).toBe(1)
})

test('a child ends after a number of runs, and after some time', async () => {
  const with_ = (reuseLimits: Partial<typeof defaultReuseLimits>) =>
    open({ reuseLimits: { ...defaultReuseLimits, ...reuseLimits } })
  const pidsOf = async (sandboxes: Opened, code: string) => {
    await using _closing = sandboxes
    const pids: number[] = []
    for (let n = 0; n < 4; n++) pids.push((await run(sandboxes, code)).pid)
    return pids.map((pid) => pids.indexOf(pid))
  }
  expect(await pidsOf(await with_({ runs: 2 }), `return 1`)).toEqual([0, 0, 2, 2])
  expect(
    await pidsOf(await with_({ ageMs: 1 }), `await new Promise((ok) => setTimeout(ok, 5)); return 1`),
  ).toEqual([0, 0, 2, 2])
})

test('idle children are bounded in number and time', async () => {
  await using few = await open({ reuseLimits: { ...defaultReuseLimits, idle: 2 } })
  for (const hash of ['a', 'b', 'c']) await run(few, `return 1`, { tenant: 'acme', hash })
  expect(few.idle).toBe(2)
  await using short = await open({ reuseLimits: { ...defaultReuseLimits, idleMs: 100 } })
  await run(short, `return 1`)
  await eventually(() => expect(short.idle).toBe(0))
})

test('runs at the same time have children of their own', async () => {
  await using sandboxes = await open()
  const together = Promise.withResolvers<void>()
  let begun = 0
  const meet = async () => {
    if (++begun === 3) together.resolve()
    await together.promise
  }
  const all = await Promise.all(
    Array.from({ length: 3 }, () =>
      runOnly(sandboxes, `await host.call('meet', null)`, key, { host: { meet } }),
    ),
  )
  expect(new Set(all.map(({ pid }) => pid)).size).toBe(3)
})

test('what says that it is of an earlier run ends the child', async () => {
  await using sandboxes = await open()
  const forged = bytes(`write(frame('{"t":"call","run":1,"id":9,"method":"echo","params":0}'))`)
  let calls = 0
  const host = { echo: async () => void calls++ }
  const first = await run(sandboxes, `return 1`)
  const { outcome, pid } = await run(sandboxes, forged, key, { host })
  expect(pid).toBe(first.pid)
  expect(outcome).toMatchObject({
    kind: 'protocol_violation',
    message: expect.stringContaining('run 1 in run 2'),
  })
  expect(calls).toBe(0)
})
