import { Syncline } from '@syncline/sdk'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ExampleSystem, startExampleSystem } from './example-system.ts'
import { generatedItems } from './generated-items.ts'

let example: ExampleSystem

beforeAll(async () => {
  example = await startExampleSystem({ items: generatedItems(20, 10) })
})
afterAll(() => example?.[Symbol.asyncDispose]())

// biome-ignore lint/suspicious/noExplicitAny: of any route
async function admin(method: string, path: string, body?: unknown): Promise<any> {
  const response = await fetch(example.system.url + path, {
    method,
    headers: { authorization: `Bearer ${example.adminKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response.json()
}

test('an environment that is deleted and made again has no runs of the one before', async () => {
  await example.run()
  expect((await example.client.runs.list({})).runs.length).toBeGreaterThan(0)
  const { environments } = await admin('GET', '/environments')
  expect(environments).toHaveLength(1)
  const { name } = environments[0]
  // A scheduler that is away sees the whole deletion at once.
  const scheduler = example.system.processes.get('scheduler')?.pid ?? 0
  example.kill('scheduler', 'SIGSTOP')
  try {
    await admin('DELETE', `/environments/${name}?confirm=${name}`)
  } finally {
    process.kill(scheduler, 'SIGCONT')
  }
  // While the catalog lacks the environment: only the command tells this from a catalog that was lost.
  await eventually(async () => {
    const metrics = await fetch(`${example.system.processes.get('scheduler')?.url}/metrics`)
    expect(await metrics.text()).toMatch(/commands_total\{[^}]*removeEnvironment[^}]*done/)
  })
  await admin('POST', '/environments', { name })
  const { secret } = await admin('POST', `/environments/${name}/keys`, { label: 'again' })
  const again = new Syncline({ secretKey: secret, host: example.system.url })
  expect((await again.runs.list({})).runs).toEqual([])
})
