import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposable } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createClient } from '@clickhouse/client'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import { describe, expect, test, vi } from 'vitest'
import { startClickHouse, startNats, startRedis } from '../src/index.ts'

const servers = [
  { name: 'NATS', start: startNats, save: saveToNats, load: loadFromNats },
  { name: 'Redis', start: startRedis, save: saveToRedis, load: loadFromRedis },
  { name: 'ClickHouse', start: startClickHouse, save: saveToClickHouse, load: loadFromClickHouse },
]

describe.each(servers)('$name', ({ name, start, save, load }) => {
  test('what it acknowledged survives kill -9 and a restart on the same port', async () => {
    await using temp = await place()
    let port: number
    {
      await using server = await start(temp)
      await save(server.url)
      process.kill(server.pid, 'SIGKILL')
      expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' })
      port = server.port
    }
    await using again = await start({ ...temp, port })
    expect(again.port).toBe(port)
    expect(await load(again.url)).toBe('kept')
  })

  test('a taken port is an error that names it', async () => {
    await using temp = await place()
    await using other = createServer()
    await once(other.listen(0, '127.0.0.1'), 'listening')
    const { port } = other.address() as { port: number }
    await expect(start({ ...temp, port })).rejects.toThrow(`${name} cannot listen on 127.0.0.1:${port}`)
  })

  test('dispose leaves no process', async () => {
    await using temp = await place()
    const server = await start(temp)
    await server[Symbol.asyncDispose]()
    await ended(server.pid)
  })

  test('it ends with a parent that was killed by SIGKILL', async () => {
    await using temp = await place()
    const parent = spawn(
      process.execPath,
      [join(import.meta.dirname, 'parent.ts'), start.name, JSON.stringify(temp)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const [pid] = await once(createInterface(parent.stdout), 'line')
    expect(groupLives(Number(pid))).toBe(true)
    parent.kill('SIGKILL')
    await ended(Number(pid))
  })
})

test('a server that cannot start says so with the end of its log', async () => {
  await using temp = await place()
  await using _first = await startClickHouse(temp)
  const second = startClickHouse({ ...temp, log: `${temp.log}.second` })
  await expect(second).rejects.toThrow(/ClickHouse ended at its start .*Another .* instance/s)
})

async function place() {
  const temp = await mkdtempDisposable(join(tmpdir(), 'syncline-embedded-'))
  return {
    dir: join(temp.path, 'data'),
    log: join(temp.path, 'server.log'),
    [Symbol.asyncDispose]: () => temp.remove(),
  }
}

const ended = (leader: number) => vi.waitFor(() => expect(groupLives(leader)).toBe(false), 10_000)

/** A server is the leader of its own process group. */
function groupLives(leader: number): boolean {
  try {
    return process.kill(-leader, 0)
  } catch {
    return false
  }
}

async function saveToNats(url: string) {
  await using nats = await natsAt(url)
  await (await jetstreamManager(nats.connection)).streams.add({ name: 'kept', subjects: ['kept'] })
  await jetstream(nats.connection).publish('kept', 'kept')
}

async function loadFromNats(url: string) {
  await using nats = await natsAt(url)
  const stream = await jetstream(nats.connection).streams.get('kept')
  return (await stream.getMessage({ seq: 1 }))?.string()
}

async function natsAt(url: string) {
  const connection = await connect({ servers: url })
  return { connection, [Symbol.asyncDispose]: () => connection.close() }
}

async function saveToRedis(url: string) {
  const redis = new Redis(url)
  await redis.set('kept', 'kept')
  redis.disconnect()
}

async function loadFromRedis(url: string) {
  const redis = new Redis(url)
  const value = await redis.get('kept')
  redis.disconnect()
  return value
}

async function saveToClickHouse(url: string) {
  await using clickhouse = createClient({ url })
  await clickhouse.command({ query: 'CREATE TABLE kept (value String) ENGINE = MergeTree ORDER BY value' })
  await clickhouse.insert({ table: 'kept', values: [{ value: 'kept' }], format: 'JSONEachRow' })
}

async function loadFromClickHouse(url: string) {
  await using clickhouse = createClient({ url })
  const rows = await clickhouse.query({ query: 'SELECT value FROM kept', format: 'JSONEachRow' })
  return (await rows.json<{ value: string }>())[0]?.value
}
