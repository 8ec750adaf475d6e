import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Harness } from '../src/harness.ts'
import type { Level } from '../src/level.ts'
import { defaultLimits, type Limits } from '../src/limits.ts'
import type { Outcome } from '../src/outcome.ts'
import { startSandbox } from '../src/sandbox.ts'
import { verifiedNode } from '../src/verified.ts'
import { type Attack, attacks, FILE } from './attacks.ts'
import { levelsHere, runIn, strongest, testHarness } from './levels.ts'

const socketFile = join(tmpdir(), `syncline-attacked-${process.pid}.sock`)
/** To fill memory takes a while on a busy machine; it must not look like a loop. */
const patient = { wallMs: 100_000, silentMs: 40_000 }
const endedByTime = ['resources', 'itself', 'channel']

/** Of the limits of time only those are within reach that an attack may end by: on a busy machine all takes a while. */
function limitsFor(kind: string, ends: Outcome['kind'][]): Partial<Limits> {
  if (!endedByTime.includes(kind)) return patient
  const reach = (end: Outcome['kind'], ms: number) => (ends.includes(end) ? ms : 100_000)
  return {
    wallMs: reach('timed_out', 3000),
    silentMs: reach('event_loop_blocked', 1000),
    cpuMs: reach('cpu_limit', 5000),
    unreadMs: reach('event_loop_blocked', 500),
    unsentBytes: 4_000_000,
  }
}

let harness: Harness
let reached = 0
const servers: Server[] = []
let port = 0
let sibling = 0

beforeAll(async () => {
  harness = await testHarness()
  for (const place of [{ port: 0, host: '127.0.0.1' }, { path: socketFile }]) {
    const server = createServer(() => void reached++).listen(place)
    await once(server, 'listening')
    servers.push(server)
  }
  const [tcp] = servers.map((server) => server.address() as AddressInfo)
  port = tcp?.port ?? 0
})
afterAll(async () => {
  for (const server of servers) server.close()
  await harness[Symbol.asyncDispose]()
})

const host = {
  hang: () => new Promise<never>(() => {}),
  echo: async (params: unknown) => params,
  large: async () => 'x'.repeat(1_000_000),
}

const run = (
  level: Level,
  code: string,
  limits: Partial<Limits> = patient,
  onStart?: (pid: number) => void,
) =>
  runIn(
    harness,
    `const port = ${port}, socket = ${JSON.stringify(socketFile)}, sibling = ${sibling}; ${code}`,
    {
      level,
      host,
      limits,
      ...(onStart && { onStart }),
    },
  )

test('the attacks were run on this Node, and somebody has looked at what they say', () => {
  expect(
    process.versions.node,
    'Node has changed: run `pnpm test:sandbox`, look at its answers, then set src/verified.ts',
  ).toBe(verifiedNode)
})

describe.each(levelsHere)('at level %s', (level) => {
  beforeAll(async () => {
    const other = await startSandbox(harness, defaultLimits, level)
    sibling = other.pid
    return () => other[Symbol.dispose]()
  })

  describe.each(Object.entries(attacks).filter(([kind]) => isTried(kind, level)))('%s', (kind, ofKind) => {
    // We live, and the next run is as if nothing had been.
    afterAll(async () => {
      expect(await run(level, `return 6 * 7`)).toEqual({ kind: 'success', output: 42 })
    })

    const cases = ofKind.filter((attack) => expectedAt(attack, level) !== 'harm')
    test.concurrent.for(cases)('$what', async (attack, { expect }) => {
      const expected = expectedAt(attack, level) as Outcome['kind'][] // those that do harm are left out
      const file = `${FILE}-${randomUUID()}`
      let pid = 0
      const outcome = await run(
        level,
        attack.code.replaceAll(FILE, file),
        limitsFor(kind, expected),
        (own) => {
          pid = own
        },
      )
      expect(expected, JSON.stringify(outcome).slice(0, 500)).toContain(outcome.kind)
      if (attack.message) expect(outcome).toMatchObject({ message: expect.stringContaining(attack.message) })

      // Whatever it was, it left nothing.
      expect(reached).toBe(0)
      await eventually(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'))
      const left = readdirSync(dirname(file)).filter((name) => name.startsWith(basename(file)))
      if (expected === attack.ends) expect(left).toEqual([])
      for (const name of left) rmSync(join(dirname(file), name), { recursive: true })
    })
  })
})

/** What the parent stops is the same at each level: in `npm test` it is tried at the strongest, memory at the weakest, too. */
function isTried(kind: string, level: Level): boolean {
  if (process.env.SANDBOX_ATTACKS === 'all' || level === strongest) return true
  if (kind === 'memory') return level === levelsHere[0]
  return !endedByTime.includes(kind)
}

const expectedAt = ({ ends, weak }: Attack, level: Level) => (weak?.at.includes(level) ? weak.ends : ends)
