// How many triggers one gateway accepts and one scheduler applies in a second, without a runner: each answer says that it is applied.
import { join } from 'node:path'
import { createApiKey, Keyring } from '@syncline/catalog'
import { takePort } from '@syncline/embedded'
import { Pool } from 'undici'
import { median } from '../median.ts'
import type { Figure, Options } from '../part.ts'
import { watchCpu } from '../process-usage.ts'
import { quantile } from '../quantile.ts'
import { startProcess } from '../records/process.ts'
import { openWorld } from '../scheduler/world.ts'

const CLIENTS = 64
/** Those of ../scheduler/world.ts are spread over ten environments; this is one of them. */
const ENVIRONMENT = 'e0'

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  await using open = new AsyncDisposableStack()
  const world = open.use(await openWorld())
  const connections = smoke ? 20 : 1000
  await world.addSchedules(10 * connections, 3_600_000)
  const { secret } = await createApiKey(world.catalog, { environment: ENVIRONMENT, label: 'bench' })
  const port = await takePort('the gateway')
  const gateway = open.use(
    await startProcess(
      { main: 'services/gateway/src/main.ts' },
      {
        ...world.gateway,
        HOST: '127.0.0.1',
        PORT: String(port),
        SYNCLINE_KEYRING: Keyring.generate('bench'),
      },
      join(world.dir, 'gateway.log'),
    ),
  )
  const pool = open.adopt(new Pool(`http://127.0.0.1:${port}`, { connections: CLIENTS }), (it) => it.close())
  let number = 0
  const trigger = async () => {
    const connection_id = `c${(number++ % connections) * 10}`
    const startedAt = performance.now()
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: '/sync/trigger',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ provider_config_key: 'api', connection_id, syncs: ['noop'] }),
    })
    const text = await body.text()
    if (statusCode !== 200) throw new Error(`a trigger was answered ${statusCode}: ${text}`)
    return performance.now() - startedAt
  }
  const round = async (ms: number) => {
    const times: number[] = []
    const until = performance.now() + ms
    const client = async () => {
      while (performance.now() < until) times.push(await trigger())
    }
    await Promise.all(Array.from({ length: CLIENTS }, client))
    return times
  }
  progress('warm-up')
  await round(smoke ? 500 : 5000)
  const rates: number[] = []
  const all: number[] = []
  const cpu = watchCpu({
    gateway: gateway.pid,
    scheduler: world.scheduler().pid,
    redis: world.redis.pid,
    nats: world.nats.pid,
  })
  const [rounds, roundMs] = [smoke ? 1 : 5, smoke ? 500 : 5000]
  for (let i = 0; i < rounds; i++) {
    progress(`round ${i + 1}`)
    const times = await round(roundMs)
    rates.push((times.length * 1000) / roundMs)
    all.push(...times)
  }
  const used = Object.entries(cpu()).map(
    ([name, seconds]) => `${name} ${((1e6 * seconds) / all.length).toFixed(0)}`,
  )
  const rate = Math.round(median(rates))
  return [
    {
      name: 'triggers accepted and applied, one gateway, 64 clients',
      value: `${rate}/s`,
      reach: '≥ 1 000/s',
      ok: rate >= 1000,
    },
    {
      name: 'time of a trigger at that load, p50 / p99',
      value: `${quantile(all, 0.5).toFixed(0)} / ${quantile(all, 0.99).toFixed(0)} ms`,
      reach: '',
      ok: true,
    },
    { name: 'processor for a trigger, µs', value: used.join(', '), reach: '', ok: true },
  ]
}
