import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { openSandboxes, type SandboxesOptions } from '../src/index.ts'
import { levelsHere, limits, strongest } from './levels.ts'

const open = (options: Partial<SandboxesOptions> = {}) =>
  openSandboxes({ program: join(import.meta.dirname, 'program.ts'), limits, ...options })

const take = async (sandboxes: Awaited<ReturnType<typeof open>>) => {
  using sandbox = await sandboxes.take()
  return await sandbox.run({ input: 'return process.pid', host: {}, onLog: () => {} })
}

test('the level is the strongest that this machine gives', async () => {
  await using sandboxes = await open()
  expect(sandboxes.level).toBe(strongest)
})

test('without unshare the level is the next weaker one, and a caller that needs more gets an error that says what failed', async () => {
  const unshare = '/nowhere/unshare'
  await using sandboxes = await open({ unshare })
  expect(sandboxes.level).toBe(levelsHere.filter((level) => level !== 'namespaced').at(-1))
  expect((await take(sandboxes)).kind).toBe('success')
  await expect(open({ unshare, minLevel: 'namespaced' })).rejects.toThrow(
    /What failed: namespaced: a sandbox did not start: spawn \/nowhere\/unshare ENOENT/,
  )
})

test('a child that a run waits for does not outlive them', async () => {
  const sandboxes = await open()
  const taken = sandboxes.take()
  const refused = expect(taken).rejects.toThrow('they are closed')
  await sandboxes[Symbol.asyncDispose]()
  await refused
  await expect(sandboxes.take()).rejects.toThrow('they are closed')
  await eventually(() => expect(childrenOfThisProcess()).toEqual([]))
})

test('children wait for runs, and each is used once', async () => {
  await using sandboxes = await open({ warm: { least: 2, most: 4 } })
  await eventually(() => expect(sandboxes.waiting).toBe(2))
  const pids = new Set<unknown>()
  for (let n = 0; n < 6; n++) {
    const outcome = await take(sandboxes)
    expect(outcome.kind).toBe('success')
    pids.add(outcome.kind === 'success' && outcome.output)
  }
  expect(pids.size).toBe(6)
  await eventually(() => expect(sandboxes.waiting).toBeGreaterThanOrEqual(2))
  expect(sandboxes.waiting).toBeLessThanOrEqual(4)
})

test('a child that dies while it waits is replaced', async () => {
  await using sandboxes = await open({ warm: { least: 1, most: 1 } })
  await eventually(() => expect(sandboxes.waiting).toBe(1))
  const [before] = childrenOfThisProcess()
  process.kill(Number(before), 'SIGKILL')
  await eventually(() => {
    expect(sandboxes.waiting).toBe(1)
    expect(childrenOfThisProcess()).not.toContain(before)
    expect(childrenOfThisProcess()).toHaveLength(1)
  })
  expect((await take(sandboxes)).kind).toBe('success')
})

test('when they are closed, no process is left', async () => {
  {
    await using sandboxes = await open({ warm: { least: 3, most: 3 } })
    await eventually(() => expect(sandboxes.waiting).toBe(3))
    expect(childrenOfThisProcess()).toHaveLength(3)
  }
  await eventually(() => expect(childrenOfThisProcess()).toEqual([]))
})

test.runIf(process.platform === 'linux')(
  'no child has an io_uring, and each is the first to be killed',
  async () => {
    await using sandboxes = await open({ warm: { least: 1, most: 1 } })
    await eventually(() => expect(sandboxes.waiting).toBe(1))
    const [pid] = childrenOfThisProcess()
    expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim()).toBe('1000')
    if (process.getuid?.() !== 0) return // only root may look into a confined process
    const files = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
    expect(files.filter((file) => file.includes('io_uring'))).toEqual([])
  },
)

test('a machine that gives less than is asked for is refused, with what failed', async () => {
  const program = join(import.meta.dirname, 'broken-program.ts')
  await expect(open({ program, minLevel: 'namespaced' })).rejects.toThrow(
    /no sandbox of level 'namespaced' or better \(SANDBOX_MIN_LEVEL\).*namespaced: .*(Error: out of order|unshare failed)/,
  )
})

function childrenOfThisProcess(): string[] {
  const all = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean)
  return all.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('harness.cjs')) // and not esbuild
}
