import { RecordsDefinition, type Stream } from '@syncline/proto'
import { eventually, freePort, hostName } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { connect, type RpcServer, serve } from '../src/index.ts'

const HOSTS = ['127.0.0.1', '127.0.0.2', '127.0.0.3']
/** One about a stream, one that is not. */
const { delete: remove, listLogs } = RecordsDefinition.methods
const Calls = { ...RecordsDefinition, methods: { delete: remove, listLogs } }

/** Instances behind one name, which say who they are, and a connection to it. */
async function scaled(hosts: string[]) {
  await using open = new AsyncDisposableStack()
  const port = await freePort()
  const up = new Map<string, RpcServer>()
  open.defer(async () => void (await Promise.all(up.keys().map(stop))))
  for (const host of hosts) await start(host)
  const { name, addresses } = open.use(hostName([...hosts]))
  const client = open.use(connect(`${name}:${port}`)).client(Calls)
  await allReady()
  const owned = open.move()
  return { addresses, start, stop, allReady, inTurn, of, [Symbol.asyncDispose]: () => owned.disposeAsync() }

  async function start(host: string) {
    const calls = {
      delete: async () => ({ warning: host }),
      listLogs: async () => ({ lines: [{ message: host }] }),
    }
    up.set(host, await serve(`${host}:${port}`, (server) => server.add(Calls, calls), console.error))
  }

  async function stop(host: string) {
    await up.get(host)?.[Symbol.asyncDispose]()
    up.delete(host)
  }

  async function inTurn() {
    const { lines } = await client.listLogs({})
    return lines[0]?.message
  }

  /** Who is called about a stream. */
  async function of(stream: Partial<Stream>) {
    const { warning } = await client.delete({ stream })
    return warning
  }

  /** All that run are connected. */
  async function allReady() {
    await eventually(async () => {
      const called = await Promise.all(Array.from({ length: 12 }, inTurn))
      expect(new Set(called)).toEqual(new Set(up.keys()))
    })
  }
}

const streams = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    environment: 'dev',
    connection: `c${n}`,
    model: 'Issue',
    variant: 'base',
  }))

test('calls about a stream go to one instance, and streams are spread over all', async () => {
  await using service = await scaled(HOSTS)
  const many = streams(250)
  const first = await Promise.all(many.map(service.of))
  for (let n = 0; n < 2; n++) expect(await Promise.all(many.map(service.of))).toEqual(first)
  for (const host of HOSTS) expect(first.filter((called) => called === host).length).toBeGreaterThan(45)
})

test('calls without a stream go to all in turn', async () => {
  await using service = await scaled(HOSTS)
  const called: (string | undefined)[] = []
  for (let n = 0; n < 30; n++) called.push(await service.inTurn())
  for (const host of HOSTS) expect(called.filter((each) => each === host)).toHaveLength(10)
})

test('when an instance goes only its streams move, and they return with it', async () => {
  await using service = await scaled(HOSTS)
  const many = streams(60)
  const before = await Promise.all(many.map(service.of))
  await service.stop('127.0.0.2')
  await service.allReady()
  const without = await Promise.all(many.map(service.of))
  expect(without).not.toContain('127.0.0.2')
  for (const [n, host] of before.entries()) if (host !== '127.0.0.2') expect(without[n]).toBe(host)
  await service.start('127.0.0.2')
  await service.allReady()
  expect(await Promise.all(many.map(service.of))).toEqual(before)
})

test('while an instance restarts calls about its streams are answered by others', async () => {
  await using service = await scaled(HOSTS)
  const many = streams(20)
  let restarting = true
  const restart = service.stop('127.0.0.1').then(() => service.start('127.0.0.1'))
  const restarted = restart.finally(() => {
    restarting = false
  })
  while (restarting) await Promise.all(many.map(service.of))
  await restarted
})

test('an instance that is added gets its share when the name is looked up again', async () => {
  await using service = await scaled(HOSTS.slice(0, 2))
  const many = streams(60)
  const before = await Promise.all(many.map(service.of))
  await service.start('127.0.0.3')
  service.addresses.push('127.0.0.3')
  // As at the end of a connection's age.
  await service.stop('127.0.0.2')
  await service.start('127.0.0.2')
  await service.allReady()
  const after = await Promise.all(many.map(service.of))
  const moved = many.keys().filter((n) => after[n] !== before[n])
  expect(new Set(moved.map((n) => after[n]))).toEqual(new Set(['127.0.0.3']))
})

test('streams are told apart by each of their parts, whatever characters they have', async () => {
  await using service = await scaled(HOSTS)
  const odd = ['Zürich 😀', 'line\nline', '\ud800', 'x'.repeat(20_000), '']
  for (const part of ['environment', 'connection', 'model', 'variant']) {
    for (const text of odd) {
      const called = await Promise.all(Array.from({ length: 5 }, () => service.of({ [part]: text })))
      expect(new Set(called).size).toBe(1)
    }
    const many = Array.from({ length: 50 }, (_, n) => service.of({ [part]: `${n}` }))
    expect(new Set(await Promise.all(many)).size).toBe(HOSTS.length)
  }
})
