import { expect, test } from 'vitest'
import type { Health } from './health.ts'
import { startOpsServer } from './ops-server.ts'

async function serving() {
  const ops = await startOpsServer(0)
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${ops.port}${path}`)
    return { status: response.status, body: await response.json() }
  }
  return { ops, ask }
}

const service = (health: () => Promise<Health>) => ({
  health,
  facts: { sandbox: 'oswall' },
  [Symbol.asyncDispose]: async () => {},
})

test('a process lives from its first moment to its last, and is ready only between start and stop', async () => {
  const { ops, ask } = await serving()
  await using _ops = ops
  expect(await ask('/livez')).toEqual({ status: 200, body: { status: 'ok' } })
  expect(await ask('/readyz')).toEqual({ status: 503, body: { status: 'starting', checks: {} } })
  ops.started(service(async () => ({ redis: 'ok' })))
  expect(await ask('/readyz')).toEqual({
    status: 200,
    body: { status: 'ok', checks: { redis: 'ok' }, sandbox: 'oswall' },
  })
  ops.stopping()
  expect(await ask('/readyz')).toEqual({ status: 503, body: { status: 'stopping', checks: {} } })
  expect(await ask('/livez')).toMatchObject({ status: 200 })
})

test('a service without its servers lives and is not ready, and its servers are asked once a second', async () => {
  const { ops, ask } = await serving()
  await using _ops = ops
  let asked = 0
  ops.started(
    service(async () => {
      asked++
      return { redis: 'no answer within 2000 ms' }
    }),
  )
  const answers = await Promise.all(['/readyz', '/health', '/readyz'].map(ask))
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 503, body: { checks: { redis: 'no answer within 2000 ms' } } })
  }
  expect(asked).toBe(1)
  expect(await ask('/livez')).toMatchObject({ status: 200 })
})
