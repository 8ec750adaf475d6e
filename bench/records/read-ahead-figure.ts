import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startClickHouse, startRedis, takePort } from '@syncline/embedded'
import { median } from '../median.ts'
import { Clients } from './clients.ts'
import { startProcess } from './process.ts'

/**
 * What reading ahead brings: one stream is read from its beginning to its end by one client that follows cursors, from two
 * processes on the same tables, of which one reads ahead (RECORDS_READ_AHEAD_BYTES). They take turns.
 *
 *     node bench/records/read-ahead-figure.ts [--records 100000] [--rounds 5]
 */

const { values } = parseArgs({
  options: { records: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '5' } },
})
const [records, rounds] = [Number(values.records), Number(values.rounds)]
const LIMITS = [100, 1000]
const STREAM = 'figure'
const variants = { 'read ahead': {}, 'page by page': { RECORDS_READ_AHEAD_BYTES: '0' } }

await using temp = await mkdtempDisposable(join(tmpdir(), 'syncline-bench-'))
await using clickhouse = await startClickHouse(at('clickhouse'))
await using redis = await startRedis(at('redis'))
await using clients = new Clients(1)
await using open = new AsyncDisposableStack()
const addresses = new Map<string, string>()
for (const [name, env] of Object.entries(variants)) {
  const address = `127.0.0.1:${await takePort(name)}`
  const program = { main: 'services/records/src/main.ts', flags: ['--max-semi-space-size=4'] }
  const needs = { ...env, LISTEN: address, CLICKHOUSE_URL: clickhouse.url, REDIS_URL: redis.url }
  open.use(await startProcess(program, needs, join(temp.path, `${name}.log`)))
  addresses.set(name, address)
}

const [first = ''] = addresses.values()
await clients.one('connect', first)
const batches = { streams: [STREAM], from: 0, to: records, per: 1000, version: 0 }
await clients.one('stream', { ...batches, runId: 'figure', fence: 65_537 })

const times = new Map<string, number[]>()
for (let round = 0; round <= rounds; round++) {
  for (const limit of LIMITS) {
    // Each of them is first in every second round.
    for (const [name, address] of round % 2 ? [...addresses] : [...addresses].reverse()) {
      await clients.one('connect', address)
      const reading = await clients.one('read', { stream: STREAM, cursor: '', limit, pages: records })
      if (reading.records !== records) throw new Error(`${reading.records} of ${records} records were read`)
      const totalMs = reading.pagesMs.reduce((sum, ms) => sum + ms, 0)
      const pageMs = median(reading.pagesMs)
      // The first round warms all up.
      if (round === 0) continue
      add(`${limit} ${name} total`, totalMs)
      add(`${limit} ${name} page`, pageMs)
    }
  }
}

const of = (key: string) => median(times.get(key) ?? [])
console.log(`${records} records of 1 KB, medians of ${rounds} rounds`)
for (const limit of LIMITS) {
  for (const name of addresses.keys()) {
    const perSecond = Math.round(records / (of(`${limit} ${name} total`) / 1000))
    const page = of(`${limit} ${name} page`).toFixed(2)
    console.log(`pages of ${limit}, ${name}: ${perSecond} records/s, a page takes ${page} ms`)
  }
  const [ahead, without] = Object.keys(variants).map((name) => of(`${limit} ${name} total`))
  console.log(
    `pages of ${limit}: reading ahead is ${((without ?? 0) / (ahead ?? 1)).toFixed(2)} times as fast`,
  )
}

function at(name: string) {
  return { dir: join(temp.path, name), log: join(temp.path, `${name}.log`) }
}

function add(key: string, ms: number) {
  const known = times.get(key)
  if (known) known.push(ms)
  else times.set(key, [ms])
}
