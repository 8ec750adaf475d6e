import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRoutes } from '@syncline/api'
import { expect, test } from 'vitest'
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
