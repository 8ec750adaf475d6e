import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startClickHouse, startRedis } from '@syncline/embedded'
import { type Supervised, startService, supervise } from '@syncline/launcher'
import { freePort, SeededRandom } from '@syncline/testkit'
import { FakeRecords } from '@syncline/testkit/records'
import { beforeEach, expect, test } from 'vitest'
import { type Findings, proveGuarantee } from './guarantee.ts'

const SECONDS = Number(process.env.GUARANTEE_SECONDS ?? 30)
/** Of all that is random here. The calls of many processes interleave in another way each time, so a replay may need some. */
const random = new SeededRandom(process.env.GUARANTEE_SEED)
const REPLAY = `replay with: GUARANTEE_SEED=${random.seed} GUARANTEE_SECONDS=${SECONDS} pnpm exec vitest run --project e2e e2e/cursor-guarantee.test.ts`
const nothing: Findings = { skipped: [], repeated: [], disordered: [], lost: [] }

beforeEach(({ onTestFailed }) => onTestFailed(() => console.log(REPLAY)))

test(
  `two records processes, ClickHouse and Redis, killed at random for ${SECONDS} s: readers miss nothing, get nothing twice`,
  async () => {
    await using store = await startStore()
    let kills = 0
    const { findings, acknowledged, read } = await proveGuarantee({
      addresses: store.addresses,
      seconds: SECONDS,
      random,
      async disturb(until) {
        const pauses = random.fork('kills')
        for (let n = 0; !until.aborted; n++) {
          await sleep(2000 + pauses.below(3000))
          if (kill(store.processes[n % store.processes.length])) kills++
        }
      },
    })
    console.log(`${acknowledged} changes acknowledged, ${read} read, ${kills} kills; seed ${random.seed}`)
    expect(findings).toEqual(nothing)
    expect(kills).toBeGreaterThanOrEqual(Math.min(3, SECONDS / 10))
    expect(acknowledged).toBeGreaterThan(20 * SECONDS)
  },
  SECONDS * 1000 + 240_000,
)

test('the proof finds nothing wrong with a fake store that takes the instant when a write takes effect', async () => {
  await using store = await startFake()
  const { findings } = await proveGuarantee({ addresses: [`127.0.0.1:${store.port}`], seconds: 3, random })
  expect(findings).toEqual(nothing)
})

test('the proof finds that readers skip changes where the instant is taken before a write waits', async () => {
  const skipped: string[] = []
  // On a busy machine few writes meet, however long they wait, and a round may find none.
  for (let round = 0; round < 5 && skipped.length === 0; round++) {
    await using store = await startFake({ instantBeforeWait: true, waitMs: 400 })
    const proof = { addresses: [`127.0.0.1:${store.port}`], seconds: 3, random }
    skipped.push(...(await proveGuarantee(proof)).findings.skipped)
  }
  expect(skipped).not.toEqual([])
})

/** A store in memory whose writes wait for a moment, as others hold the stream. */
function startFake({ waitMs = 30, ...flaw }: { instantBeforeWait?: boolean; waitMs?: number } = {}) {
  const waits = random.fork('waits')
  const store = Object.assign(new FakeRecords(), flaw)
  store.onCall = async ({ name }) => {
    if (name === 'save' || name === 'delete') await sleep(waits.below(waitMs))
  }
  return store.serve()
}

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
