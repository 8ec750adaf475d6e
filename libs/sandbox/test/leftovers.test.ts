import { join } from 'node:path'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSandboxes, type Sandboxes } from '../src/index.ts'
import { type Leftover, leftovers } from './leftovers.ts'
import { limits } from './levels.ts'

let sandboxes: Sandboxes
beforeAll(async () => {
  sandboxes = await openSandboxes({
    program: join(import.meta.dirname, 'program.ts'),
    limits,
    reuse: 'bundle',
  })
})
afterAll(() => sandboxes[Symbol.asyncDispose]())

const bundle = `let n = 0; exports.count = () => ++n`

/** A tenant with one bundle: its runs, and the calls that came late. */
function tenantOf(name: string) {
  let isOver = false
  let lateCalls = 0
  const host = {
    late: async () => void (isOver && lateCalls++),
    'late calls': async () => lateCalls,
    hang: () => new Promise<never>(() => {}),
  }
  return {
    over: () => {
      isOver = true
    },
    async run(code: string) {
      using sandbox = await sandboxes.take({ bundle, reuse: { tenant: name, hash: 'same' } })
      const outcome = await sandbox.run({ input: code, host, onLog: () => {} })
      return { outcome, pid: sandbox.pid }
    },
  }
}

/** It waits for another run, or it has ended. */
const settled = (pid: number) => eventually(() => expect(sandboxes.idle > 0 || !isAlive(pid)).toBe(true))

describe.each(Object.entries(leftovers))('left by a run: %s', (_, some) => {
  test.for(some)('$what', async ({ what, leave, look, isReused, hasNoControl }: Leftover, { expect }) => {
    const tenant = tenantOf(what)
    const first = await tenant.run(leave)
    await settled(first.pid)
    tenant.over()
    const second = await tenant.run(look)
    await settled(second.pid)
    await tenant.run(`process.exit()`)
    expect(second.outcome).toEqual({ kind: 'success' })
    if (isReused !== 'either') expect(second.pid === first.pid).toBe(isReused)
    if (hasNoControl) return
    // What looks for it would find it: in the same run it does.
    const control = tenantOf(`${what}, in one run`)
    const { outcome, pid } = await control.run(`await (async () => { ${leave} })(); ${look}`)
    await settled(pid)
    await control.run(`process.exit()`)
    expect(outcome).toMatchObject({ kind: 'success', output: expect.anything() })
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
