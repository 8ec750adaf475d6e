import { expect, test } from 'vitest'
import { eventually, namespace, servers } from '../src/index.ts'

test('the servers of the run are there', async () => {
  expect(servers()).toEqual({
    nats: { url: expect.stringMatching(/^nats:/) },
    redis: { url: expect.stringMatching(/^redis:/) },
    clickhouse: { url: expect.stringMatching(/^http:/) },
  })
  expect(await (await fetch(servers().clickhouse.url)).text()).toBe('Ok.\n')
})

test('two namespaces differ and fit Redis, NATS and ClickHouse', () => {
  expect(namespace()).toMatch(/^[a-z][a-z0-9_]{5,20}$/)
  expect(namespace()).not.toBe(namespace())
})

test('eventually gives the value of the first check that passes', async () => {
  let calls = 0
  const third = () => {
    calls += 1
    expect(calls).toBe(3)
    return calls
  }
  expect(await eventually(third, { everyMs: 1 })).toBe(3)
})

test('eventually throws the last failure at its deadline', async () => {
  const failing = eventually(async () => expect('never').toBe('so'), { timeoutMs: 50, everyMs: 1 })
  await expect(failing).rejects.toThrow("expected 'never' to be 'so'")
})
