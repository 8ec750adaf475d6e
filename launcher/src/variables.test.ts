import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './service-process.ts'
import { allVariables, knownVariablesSource, variableTable } from './variables.ts'

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

test('every service knows the variables of all services (if not: pnpm variables)', () => {
  expect(read('libs/service/src/known-variables.ts')).toBe(knownVariablesSource())
})

test('docs/reference/configuration.md has the variables as the services read them (if not: pnpm variables)', () => {
  expect(read('docs/reference/configuration.md')).toContain(variableTable())
})

test('every number has a range, and its default is in it', () => {
  for (const { name, kind, fallback, bounds } of allVariables()) {
    if (bounds === undefined) expect({ name, kind }).not.toMatchObject({ kind: 'whole number' })
    else expect(bounds.most, name).toBeLessThan(Number.MAX_SAFE_INTEGER)
    if (bounds && fallback !== undefined) {
      expect(Number(fallback), name).toBeGreaterThanOrEqual(bounds.least)
      expect(Number(fallback), name).toBeLessThanOrEqual(bounds.most)
    }
  }
})

test('all services share one definition of what they have in common', () => {
  const shared = allVariables().filter(({ name }) => /^(NATS|REDIS)_/.test(name))
  for (const { name, services } of shared)
    expect(services, name).toEqual(['gateway', 'scheduler', 'runner', 'records'])
})
