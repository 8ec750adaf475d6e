import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { AnswerWithText } from '../src/answer-with-text.ts'
import type { Harness } from '../src/harness.ts'
import type { HostCall } from '../src/host-calls.ts'
import type { Limits } from '../src/limits.ts'
import { startSandbox } from '../src/sandbox.ts'
import { bytes } from './attacks.ts'
import { levelsHere, limits, type RunOptions, runIn, strongest, testHarness } from './levels.ts'

let harness: Harness
beforeAll(async () => {
  harness = await testHarness()
})
afterAll(async () => harness[Symbol.asyncDispose]())

const run = (code: string, options?: RunOptions) => runIn(harness, code, options)

test('a function computes, asks its host and returns', async () => {
  const double = async (params: unknown) => Number(params) * 2
  expect(await run(`return { four: await host.call('double', 2) }`, { host: { double } })).toEqual({
    kind: 'success',
    output: { four: 4 },
  })
})

test('what it throws comes back with its message, and a stack', async () => {
  expect(await run(`throw new TypeError('no such thing')`)).toMatchObject({
    kind: 'failed',
    error: { name: 'TypeError', message: 'no such thing', stack: expect.stringContaining('no such thing') },
  })
})

test.concurrent.each([
  ['a text', `throw 'oops'`, 'oops'],
  ['nothing', `throw undefined`, 'undefined'],
  ['an object', `throw { a: 1 }`, '{"a":1}'],
  ['a trap', `throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })`, 'cannot be shown'],
  [
    'a rejection that nobody awaits',
    `Promise.reject(new Error('lost')); await new Promise(() => {})`,
    'lost',
  ],
  [
    'an error in a timer',
    `setTimeout(() => { throw new Error('later') }); await new Promise(() => {})`,
    'later',
  ],
  ['a refusal of the host', `await host.call('nothing', {})`, "no host method 'nothing'"],
  ['the name of an inherited method', `await host.call('__proto__', {})`, 'no host method'],
])('%s thrown fails the run', async (_, code, message) => {
  expect(await run(code)).toMatchObject({
    kind: 'failed',
    error: { message: expect.stringContaining(message) },
  })
})

// One at a time: they are about time and memory.
test.each<[what: string, code: string, kind: string, message: string, limits?: Partial<Limits>]>([
  ['loops for ever', `for (;;);`, 'event_loop_blocked', '2 seconds', { silentMs: 2000 }],
  ['never settles', `await new Promise(() => {})`, 'timed_out', '1 seconds', { wallMs: 1000 }],
  ['fills its heap', `const a = []; for (;;) a.push(new Array(1e5).fill({}))`, 'out_of_memory', '64 MB'],
  [
    'fills memory outside the heap',
    `const a = []; for (;;) { a.push(Buffer.alloc(8e6, 1)); await new Promise((r) => setTimeout(r, 10)) }`,
    'out_of_memory',
    '256 MB',
  ],
  ['leaves with success', `process.exit(0)`, 'exited', 'code 0'],
  ['dies', `process.abort()`, 'crashed', 'SIGABRT'],
  [
    'uses the processor for too long',
    `for (;;) { for (const end = Date.now() + 20; Date.now() < end;); await new Promise(setImmediate) }`,
    'cpu_limit',
    '1 seconds of processor time',
    { cpuMs: 1000 },
  ],
  [
    'floods stdout',
    `for (;;) await new Promise((written) => process.stdout.write('x'.repeat(1e5), written))`,
    'output_limit',
    'stdout',
  ],
])('a function that %s is ended, and the message says why', async (_, code, kind, message, own = {}) => {
  expect(await run(code, { limits: own })).toMatchObject({ kind, message: expect.stringContaining(message) })
})

test('a host method that throws at once refuses the call, as one that rejects', async () => {
  const host = {
    broken: () => {
      throw new TypeError('not even a promise')
    },
  }
  expect(await run(`await host.call('broken', {})`, { host })).toMatchObject({
    kind: 'failed',
    error: { message: 'not even a promise' },
  })
})

test('an error of any length is cut, whoever sends it', async () => {
  const thrown = await run(`throw Object.assign(new Error('x'.repeat(5e6)), { name: 'y'.repeat(5e6) })`)
  const text = `'x'.repeat(3e6)`
  const forged = await run(
    bytes(
      `write(frame(JSON.stringify({ t: 'threw', run: 1, error: { name: ${text}, message: ${text}, stack: 's' } })))`,
    ),
  )
  for (const outcome of [thrown, forged]) {
    expect(outcome).toMatchObject({ kind: 'failed', error: { message: expect.stringMatching(/^x+… \(/) } })
    expect(JSON.stringify(outcome).length).toBeLessThan(20_000)
  }
})

test('no code of an error comes from a child', async () => {
  const code = `throw Object.assign(new Error('taken over'), { code: 'fenced' })`
  expect(JSON.stringify(await run(code))).not.toContain('"fenced"')
})

test('an input that is too large ends the run, and is no fault of its caller', async () => {
  expect(await run('x'.repeat(2000), { limits: { inputBytes: 1000 } })).toMatchObject({
    kind: 'failed',
    error: { message: expect.stringMatching(/the input of a run has \d+ bytes; the limit is 1000/) },
  })
})

test('a cancelled run ends at once, with the reason', async () => {
  const cancel = new AbortController()
  const host = { started: async () => cancel.abort(new Error('a newer run has begun')) }
  const outcome = await run(`await host.call('started', {}); for (;;);`, { host, signal: cancel.signal })
  expect(outcome).toEqual({ kind: 'cancelled', message: 'a newer run has begun' })
})

test('what the host does for a run is aborted when the run ends', async () => {
  let aborted = false
  const wait = async (_: unknown, { signal }: HostCall) => {
    await once(signal, 'abort')
    aborted = true
  }
  await run(`host.call('wait', {}).catch(() => {}); throw new Error('enough')`, { host: { wait } })
  await eventually(() => expect(aborted).toBe(true))
})

test('calls that the function forgot to await are done before it ends', async () => {
  const saved: unknown[] = []
  const save = async (params: unknown) => void saved.push(params)
  await run(
    `for (const n of [1, 2]) (async () => { await host.call('save', n); await host.call('save', -n) })()`,
    {
      host: { save },
    },
  )
  expect(saved.toSorted()).toEqual([-1, -2, 1, 2])
})

test('any number of calls at once is done, a limited number at a time', async () => {
  let [now, most] = [0, 0]
  const work = async () => {
    most = Math.max(most, ++now)
    await new Promise(setImmediate)
    now--
  }
  const outcome = await run(
    `await Promise.all(Array.from({ length: 500 }, () => host.call('work', {}))); return 'all'`,
    {
      host: { work },
    },
  )
  expect(outcome).toEqual({ kind: 'success', output: 'all' })
  expect(most).toBeLessThanOrEqual(limits.callsInFlight)
})

test('a chatty function is cut short in the log, not in its work', async () => {
  const lines: string[] = []
  const outcome = await run(`for (let n = 0; n < 50; n++) host.log('info', 'line ' + n); return 1`, {
    limits: { logLines: 10 },
    onLog: (_, text) => lines.push(text),
  })
  expect(outcome.kind).toBe('success')
  expect(lines).toHaveLength(11)
  expect(lines.at(-1)).toContain('truncated')
})

test('a large answer arrives whole; a result that is too large is an error of the function', async () => {
  const text = 'ü'.repeat(5_000_000)
  const host = { read: async () => text }
  expect(await run(`return (await host.call('read', {})).length`, { host })).toEqual({
    kind: 'success',
    output: text.length,
  })
  expect(await run(`return 'x'.repeat(3e6)`)).toMatchObject({
    kind: 'failed',
    error: { message: expect.stringContaining('the limit is 2097152') },
  })
})

test('a forged result is no more than the function returning that', async () => {
  expect(
    await run(
      bytes(
        `write(frame('{"t":"returned","run":1,"output":"first"}')); write(frame('{"t":"returned","run":1,"output":"second"}'))`,
      ),
    ),
  ).toEqual({
    kind: 'success',
    output: 'first',
  })
})

test('keys named __proto__ change nothing here', async () => {
  await run(
    bytes(
      `write(frame('{"t":"call","run":1,"id":9,"method":"echo","params":{"__proto__":{"polluted":1}}}'))`,
    ),
    {
      host: { echo: async (params) => Object.assign({}, params) },
      limits: { wallMs: 500 },
    },
  )
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
})

test('a long text of an answer stays bytes until it is in the child', async () => {
  const text = '\u0001ü€😀'.repeat(300_000)
  const blocks = [Buffer.from(text).subarray(0, 1001), Buffer.from(text).subarray(1001)]
  const host = {
    text: async () => new AnswerWithText({ status: 200, body: {} }, ['body', 'text'], 'utf8', blocks),
    bytes: async () =>
      new AnswerWithText({}, ['base64'], 'base64', [Buffer.from([0, 255]), Buffer.from([7])]),
    small: async () => 'between',
  }
  const code = `
    const all = await Promise.all(['text', 'small', 'bytes', 'small'].map((name) => host.call(name, {})))
    const { createHash } = require('crypto')
    return [all[0].status, createHash('sha1').update(all[0].body.text).digest('hex'), all[1], all[2], all[3]]`
  expect(await run(code, { host })).toEqual({
    kind: 'success',
    output: [200, createHash('sha1').update(text).digest('hex'), 'between', { base64: 'AP8H' }, 'between'],
  })
})

test('a slow reader gets a large answer in time, as long as it reads at all', async () => {
  const blocks = Array.from({ length: 24 }, () => Buffer.alloc(1_000_000, 97))
  const host = { read: async () => new AnswerWithText({}, ['text'], 'utf8', blocks) }
  // It takes a megabyte, then rests: six seconds for the whole, half a second for what is sent at once.
  const slow = bytes(`
    write(frame('{"t":"call","run":1,"id":1,"method":"read","params":0}'))
    const chunk = Buffer.alloc(1_000_000), wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
    let got = 0
    while (got < 24_000_000) {
      let now = 0
      while (now < 1_000_000 && got + now < 24_000_000) try { now += fs.readSync(3, chunk) } catch (e) { if (e.code !== 'EAGAIN') throw e; wait(1) }
      got += now
      wait(250)
    }
    write(frame('{"t":"returned","run":1,"output":"all read"}'))`)
  expect(await run(slow, { host, limits: { unreadMs: 5000, unsentBytes: 2_000_000 } })).toEqual({
    kind: 'success',
    output: 'all read',
  })
})

test('answers that nobody reads do not fill our memory', async () => {
  const answer = 'x'.repeat(1_000_000)
  let answered = 0
  const host = {
    read: async () => {
      answered++
      return answer
    },
  }
  const calls = `for (let n = 1; n <= 60; n++) write(frame('{"t":"call","run":1,"id":' + n + ',"method":"read","params":0}')); for (const end = Date.now() + 60_000; Date.now() < end;);`
  const outcome = await run(bytes(calls), {
    host,
    limits: { unreadMs: 1000, unsentBytes: 4_000_000, silentMs: 90_000 },
  })
  expect(outcome).toMatchObject({ kind: 'event_loop_blocked', message: expect.stringContaining('unread') })
  expect(answered).toBeGreaterThan(3)
})

test.each(levelsHere)(
  'at level %s, a child that loops dies with its parent, even of SIGKILL',
  async (level) => {
    // A folder of its own: whoever else starts sandboxes on this machine cleans up in the common one.
    await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-parent-'))
    await chmod(folder.path, 0o755) // a child may be another user
    const parent = spawn(process.execPath, [join(import.meta.dirname, 'parent.ts'), level], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: folder.path },
    })
    let said = ''
    parent.stdout.on('data', (text) => {
      said += text
    })
    await eventually(() => expect(said).toMatch(/^pid \d+$/m))
    const pid = Number(/^pid (\d+)$/m.exec(said)?.[1])
    process.kill(pid, 0)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    await eventually(() => expect(isAlive(pid)).toBe(false))
    // What it left on disk goes when the next one starts.
    const left = () =>
      readdirSync(folder.path).filter((name) => name.startsWith(`syncline-sandbox-${parent.pid}-`))
    expect(left()).toHaveLength(1)
    vi.stubEnv('TMPDIR', folder.path)
    await using _next = await testHarness()
    vi.unstubAllEnvs()
    expect(left()).toEqual([])
  },
)

test('a disposed sandbox leaves no process', async () => {
  const sandbox = await startSandbox(harness, limits, strongest)
  const pids: number[] = []
  const host = { pid: async (pid: unknown) => void pids.push(Number(pid)) }
  const running = sandbox.run({
    input: `host.call('pid', process.pid); for (;;) await new Promise(setImmediate)`,
    host,
    onLog: () => {},
  })
  await eventually(() => expect(pids).toHaveLength(1))
  sandbox[Symbol.dispose]()
  expect(await running).toMatchObject({ kind: 'cancelled' })
  await eventually(() => expect(() => process.kill(pids[0] as number, 0)).toThrow('ESRCH'))
})

/** One that nobody has reaped yet is dead, too: in a container it may be that nobody does. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const status = `/proc/${pid}/status`
  return !existsSync(status) || !/^State:\s+Z/m.test(readFileSync(status, 'utf8'))
}
