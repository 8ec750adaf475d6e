import { isDeepStrictEqual } from 'node:util'
import { connectBus } from '@syncline/bus'
import type { System } from '@syncline/launcher'
import { connectRedis } from '@syncline/redis'
import { eventually } from '@syncline/testkit'
import { expect } from 'vitest'

/**
 * Redis but for what measures and expires, as what runners say of themselves, and for the budgets of external APIs, which count the requests of previews too; NATS but for the results of previews; the tables of the record store.
 */
export async function ourData({ serviceEnv, natsUrl }: System): Promise<Record<string, unknown>> {
  const { runner, records } = serviceEnv
  const found: Record<string, unknown> = {}
  const redis = connectRedis(String(runner.REDIS_URL), () => {})
  for (const key of (await redis.keys('*')).sort()) {
    if (!IGNORED.test(key)) found[key] = (await redis.dumpBuffer(key))?.toString('base64')
  }
  redis.disconnect()
  await using bus = await connectBus({ url: natsUrl, prefix: 'test', replicas: 1 }, 'test')
  for await (const { config, state } of bus.manager.streams.list()) {
    if (!/_actions?$/.test(config.name))
      found[config.name] = { messages: state.messages, last: state.last_seq }
  }
  const sql = (query: string) =>
    fetch(`${records.CLICKHOUSE_URL}/?database=syncline`, { method: 'POST', body: query }).then((it) =>
      it.text(),
    )
  const tables = await sql(
    `SELECT name FROM system.tables WHERE database = 'syncline' AND engine LIKE '%MergeTree'`,
  )
  for (const table of tables.trim().split('\n')) {
    const final = table === 'record_log' || table === 'record_head' ? 'FINAL' : ''
    found[table] = await sql(`SELECT count(), sum(cityHash64(tuple(*))) FROM ${table} ${final}`)
  }
  return found
}
const IGNORED = /:(alive|ticked|runners|events_publisher)$|:runner:|:mutex:|:idempotency|:key-use:|budget:/

/** Names of what differs. */
export function differences(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter((name) => !isDeepStrictEqual(before[name], after[name])).sort()
}

/** When nothing changes any more: the record store indexes what the last runs have left some seconds later. */
export async function ourQuietData(system: System): Promise<Record<string, unknown>> {
  const redis = connectRedis(String(system.serviceEnv.runner.REDIS_URL), () => {})
  await eventually(async () => {
    const streams = await redis.keys('*:records:*/base')
    const behind = await Promise.all(streams.map((key) => redis.hexists(key, 'heads_behind')))
    expect(behind).not.toContain(1)
    expect(await redis.keys('*:unchanged:*')).toEqual([])
  })
  redis.disconnect()
  return eventually(async () => {
    const [before, after] = [await ourData(system), await ourData(system)]
    expect(differences(before, after)).toEqual([])
    return after
  })
}
