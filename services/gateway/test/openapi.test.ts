import { createRoutes } from '@syncline/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { document } from './contract.ts'
import { ask, startWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

test('every route is in the document, by its name', () => {
  const names = Object.values(document.paths ?? {}).flatMap((item) =>
    Object.values(item as object).map(({ operationId }) => operationId),
  )
  expect(names.sort()).toEqual(Object.keys(createRoutes({ records: 500 })).sort())
})

test('the gateway serves the document, without a key', async () => {
  const { status, body } = await ask(world.url, undefined, '/openapi.json')
  expect(status).toBe(200)
  expect(body).toEqual(JSON.parse(JSON.stringify(document)))
})

test('the page for people comes from the gateway, and may call no other host', async () => {
  const page = await fetch(`${world.url}/docs/api/`)
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'")
  const html = await page.text()
  const sources = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, source]) => source ?? '')
  expect(sources).not.toHaveLength(0)
  for (const source of sources) {
    const url = new URL(source, page.url)
    expect(url.origin).toBe(world.url)
    expect((await fetch(url)).status).toBe(200)
  }
})
