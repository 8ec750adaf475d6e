import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startClickHouse, startRedis } from '@syncline/embedded'
import { type Supervised, startService, supervise } from '@syncline/launcher'
import { freePort } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { type Findings, proveGuarantee } from './guarantee.ts'
import { startMemoryStore } from './memory-store.ts'

const SECONDS = Number(process.env.GUARANTEE_SECONDS ?? 30)
const nothing: Findings = { skipped: [], repeated: [], disordered: [], lost: [] }

test(
  `two records processes, ClickHouse and Redis, killed at random for ${SECONDS} s: readers miss nothing, get nothing twice`,
  async () => {
    await using store = await startStore()
    let kills = 0
    const { findings, acknowledged, read } = await proveGuarantee({
      addresses: store.addresses,
      seconds: SECONDS,
      async disturb(until) {
        for (let n = 0; !until.aborted; n++) {
          await sleep(2000 + Math.random() * 3000)
          if (kill(store.processes[n % store.processes.length])) kills++
        }
      },
    })
    console.log(`${acknowledged} changes acknowledged, ${read} read, ${kills} kills`)
    expect(findings).toEqual(nothing)
    expect(kills).toBeGreaterThanOrEqual(Math.min(3, SECONDS / 10))
    expect(acknowledged).toBeGreaterThan(20 * SECONDS)
  },
  SECONDS * 1000 + 240_000,
)

test('the proof finds nothing wrong with a store in memory that takes the time under the lock', async () => {
  await using store = await startMemoryStore('under the lock')
  const { findings } = await proveGuarantee({ addresses: [`127.0.0.1:${store.port}`], seconds: 4 })
  expect(findings).toEqual(nothing)
})

test('the same store taking the time before the lock is found out: readers skip changes that are there', async () => {
  await using store = await startMemoryStore('before the lock')
  const { findings } = await proveGuarantee({ addresses: [`127.0.0.1:${store.port}`], seconds: 4 })
  expect(findings.skipped).not.toEqual([])
})

/** Two records processes on one ClickHouse and one Redis; whichever dies is started anew on its data. */
async function startStore() {
  await using open = new AsyncDisposableStack()
  const dir = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-guarantee-'))).path
  const place = (name: string, port = 0) => ({ dir: join(dir, name), log: join(dir, `${name}.log`), port })
  const redis = open.use(await supervise((port) => startRedis(place('redis', port))))
  const clickhouse = open.use(await supervise((port) => startClickHouse(place('clickhouse', port))))
  const instance = async (name: string) => {
    const address = `127.0.0.1:${await freePort()}`
    const env = {
      PATH: process.env.PATH,
      LISTEN: address,
      REDIS_URL: redis.url,
      CLICKHOUSE_URL: clickhouse.url,
      LOG_LEVEL: 'warn',
    }
    const start = (opsPort: number) =>
      startService('records', { env, opsPort, log: join(dir, `${name}.log`) })
    return { address, process: open.use(await supervise(start)) }
  }
  const [one, two] = [await instance('records-1'), await instance('records-2')]
  const owned = open.move()
  return {
    addresses: [one.address, two.address],
    processes: [clickhouse, one.process, redis, two.process],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** kill -9. False if it is just being started anew. */
function kill(victim: Supervised | undefined): boolean {
  try {
    return victim !== undefined && process.kill(victim.pid, 'SIGKILL')
  } catch {
    return false
  }
}
