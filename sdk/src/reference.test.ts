import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRoutes, type Route } from '@syncline/api'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { readMethods, withReference } from '../write-reference.ts'
import { urlsWithoutMethod } from '../write-types.ts'

test('the table of methods in README.md is that of the classes and the contract', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  expect(readme, 'write it again: pnpm contract').toBe(withReference(readme))
})

test('each route has a method, unless it is an older name of another, is not offered, or is not for this client', () => {
  const called = new Set(readMethods().map(({ method, url }) => `${method} ${url}`))
  const routes = Object.values(createRoutes({ records: 1 })).filter((it) => !('deprecated' in it))
  const missing = routes.map(({ method, url }) => `${method} ${url}`).filter((it) => !called.has(it))
  expect(missing.filter((it) => !urlsWithoutMethod.includes(it.split(' ')[1] ?? ''))).toEqual([])
})

test('each route with pages has a method that iterates over them', () => {
  const iterating = readMethods().filter(({ name }) => /\.iterate/.test(name))
  const routes: Route[] = Object.values(createRoutes({ records: 1 }))
  const paged = routes.filter((it) => !('deprecated' in it) && isPaged(it.schema.querystring))
  const missing = paged.map(({ url }) => url).filter((url) => !iterating.some((it) => it.url === url))
  // Lines of a log are the newest ones, or those after a cursor while they come.
  expect(missing).toEqual(['/runs/:id/logs'])
})

const isPaged = (query: z.ZodType | undefined) =>
  query instanceof z.ZodObject && ('cursor' in query.shape || 'page' in query.shape)
