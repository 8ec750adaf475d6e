import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually, namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { ClickHouse, isDefinitive, READS } from '../src/clickhouse/clickhouse.ts'
import { RowWriter } from '../src/clickhouse/row-binary.ts'
import { sql } from '../src/clickhouse/sql.ts'
import { insertRows, writeRows } from '../src/tables/record-log.ts'
import { Action } from '../src/tables/version.ts'
import { sql as ask, shardOf, startRecords } from './harness.ts'

const one = sql`SELECT 1`
const number = (row: { uint8(): number }) => row.uint8()
const rows = sql`t (a)`
const at = (url: string) => ({ url, user: 'default', password: '', database: 'default' })

/** A server that answers nothing until it is told to. */
async function silentServer() {
  const requests: string[] = []
  const answers: (() => void)[] = []
  const server = createServer(async (request, response) => {
    requests.push(request.url ?? '')
    for await (const _chunk of request);
    answers.push(() => response.end())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo // as it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer() {
      for (const answer of answers.splice(0)) answer()
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

/** Passes a request on after a while, even if its sender has gone. */
async function slowProxy(url: string, delayMs: number) {
  const answered = Promise.withResolvers<string>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    await sleep(delayMs)
    const answer = await fetch(`${url}${request.url}`, { method: 'POST', body: Buffer.concat(chunks) })
    const text = await answer.text()
    answered.resolve(text)
    const code = answer.headers.get('x-clickhouse-exception-code')
    response.writeHead(answer.status, code ? { 'x-clickhouse-exception-code': code } : {}).end(text)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo // as it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    answered: answered.promise,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

const ASKED = 40

/** Takes all connections for reads; the other reads wait for one. */
async function fill(clickhouse: ClickHouse, requests: string[]): Promise<Promise<unknown>[]> {
  const reads = Array.from({ length: ASKED }, () => clickhouse.select(one, number).catch((error) => error))
  await eventually(() => expect(requests).toHaveLength(READS))
  return reads
}

test('a statement whose time is over before it was sent is never sent', async () => {
  await using server = await silentServer()
  const timeoutMs = 3000
  await using clickhouse = new ClickHouse(at(server.url), timeoutMs)
  const reads = await fill(clickhouse, server.requests)
  // Stops this process until the time of all is over: the first one that ends then makes room for one that waits.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeoutMs)
  const errors = await Promise.all(reads)
  expect(errors.filter(isDefinitive)).toHaveLength(ASKED - READS)
  server.answer()
  // What was still on its way would be there before this.
  await expect(clickhouse.ping()).rejects.toThrow('ClickHouse')
  expect(server.requests.filter((url) => url.includes('readonly'))).toHaveLength(READS)
})

test('reads that hang keep neither an insert of a commit nor another write waiting', async () => {
  await using server = await silentServer()
  await using clickhouse = new ClickHouse(at(server.url))
  await fill(clickhouse, server.requests)
  const writes = [
    clickhouse.insert(rows, Buffer.of(1), 'token'),
    clickhouse.insertSelect(sql`INSERT INTO t SELECT 1`),
    clickhouse.insertGathered(sql`t (a)`, Buffer.of(1)),
    clickhouse.ping(),
  ]
  const asked = () => server.requests.filter((url) => !url.includes('readonly'))
  await eventually(() => expect(asked()).toHaveLength(writes.length))
  server.answer()
  await Promise.all(writes)
})

test('writes of jobs that hang do not keep the insert of a commit waiting', async () => {
  await using server = await silentServer()
  await using clickhouse = new ClickHouse(at(server.url))
  const jobs = Array.from({ length: 40 }, () => clickhouse.insertSelect(one).catch(() => {}))
  const insert = clickhouse.insert(rows, Buffer.of(1), 'token')
  await eventually(() => expect(server.requests.filter((url) => url.includes('token=token'))).toHaveLength(1))
  server.answer()
  await insert
  expect(jobs).toHaveLength(40)
})

test('a caller that goes away takes its query out of the queue', async () => {
  await using server = await silentServer()
  await using clickhouse = new ClickHouse(at(server.url))
  await fill(clickhouse, server.requests)
  const caller = new AbortController()
  const waiting = clickhouse.select(sql`SELECT 2`, number, caller.signal)
  caller.abort(new Error('gone'))
  await expect(waiting).rejects.toThrow('gone')
})

test('a query that runs is cancelled on the server when its caller goes away', async () => {
  await using clickhouse = new ClickHouse(at(servers().clickhouse.url))
  const mark = namespace()
  const caller = new AbortController()
  const slow = sql`SELECT toUInt8(sum(sleepEachRow(0.1))) FROM numbers(150) WHERE ${mark} != ''
    SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 30000000`
  const running = clickhouse.select(slow, number, caller.signal)
  running.catch(() => {})
  const processes = () =>
    clickhouse.select(
      sql`SELECT toUInt8(count()) FROM system.processes
        WHERE query LIKE ${`%${mark}%`} AND query NOT LIKE '%system.processes%'`,
      number,
    )
  await eventually(async () => expect(await processes()).toEqual([1]))
  caller.abort(new Error('gone'))
  await expect(running).rejects.toThrow('gone')
  await eventually(async () => expect(await processes()).toEqual([0]), { timeoutMs: 10_000 })
})

test('an insert that comes after its time is refused by the server, and happens once before', async () => {
  await using store = await startRecords()
  const shard = shardOf(store)
  await using clickhouse = new ClickHouse(shard)
  const insert = (through: ClickHouse, id: string, token: string, notAfterMs?: number) => {
    const head = {
      modifiedAt: 1,
      writtenAt: 1,
      firstSeenAt: 1,
      pruned: false,
      hash: Buffer.alloc(16),
      size: 0,
    }
    const change = { prunedAt: 0, numericId: false, runId: 'run' }
    const row = { stream: randomUUID(), id, sign: 1 as const, payload: Buffer.alloc(0), supersededAt: 0 }
    const writer = new RowWriter()
    writeRows(writer, [{ ...row, head: { ...head, action: Action.added }, change }])
    return insertRows(through, writer.finish(), token, notAfterMs)
  }
  const ids = () => ask(store, 'SELECT id FROM record_log ORDER BY id')
  for (const notAfterMs of [Date.now() + 10_000, Date.now() + 20_000, undefined])
    await insert(clickhouse, 'a', 'once', notAfterMs)
  expect(await ids()).toBe('a')

  await using proxy = await slowProxy(shard.url, 300)
  await using behind = new ClickHouse({ ...shard, url: proxy.url })
  const late = await insert(behind, 'b', 'late', Date.now() + 150).catch((error: unknown) => error)
  expect(late).toMatchObject({ code: 'unavailable' })
  expect(await proxy.answered).toContain('the lease has run out')
  expect(await ids()).toBe('a')
  await insert(clickhouse, 'b', 'late', Date.now() + 10_000)
  expect(await ids()).toBe('a\nb')
})

test('an insert that the server has refused for its time is not running any more', async () => {
  await using store = await startRecords()
  await using clickhouse = new ClickHouse(shardOf(store))
  const refused = clickhouse.run(
    sql`INSERT INTO record_log (id) SETTINGS log_comment = 'not after 1' SELECT 'a'`,
  )
  const error = await refused.catch((error: unknown) => error)
  expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('too late') })
  expect(isDefinitive(error)).toBe(true)
})
