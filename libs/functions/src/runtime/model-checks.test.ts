import { expect, test } from 'vitest'
import { z } from 'zod'
import { ModelChecks } from './model-checks.ts'
import type { Validation } from './run-facts.ts'

const Issue = z.object({
  id: z.string(),
  title: z.string().nullable(),
  labels: z.array(z.object({ name: z.string() })).optional(),
  at: z.string().optional(),
  due: z.date().optional(),
})
const good = { id: '1', title: 'a' }
const checks = (how?: Validation, schema: unknown = Issue) => new ModelChecks({ Issue: schema }, how)

test('records that fit say nothing, whatever else they have', () => {
  const all = checks()
  all.check([good, { ...good, more: 1, labels: [] }], 'Issue', 'replace')
  expect(all.warnings()).toEqual([])
})

test('one warning for a model has the count, and paths without values', () => {
  const all = checks()
  const bad = { id: 7, title: 'secret', labels: [{ name: 1 }, { name: 2 }] }
  all.check([good, bad, good], 'Issue', 'replace')
  all.check([{ id: '2' }, bad], 'Issue', 'replace')
  expect(all.warnings()).toEqual([
    "model 'Issue': 3 of 5 records do not fit the model: id (not string) in 2; labels[].name (not string) in 2; title (not string) in 1",
  ])
})

test('a strict check names model, index, id, path and message of the first record that does not fit', () => {
  const bad = { id: 'x', title: 'a', labels: [{ name: 'a' }, { name: 1 }] }
  expect(() => checks('strict').check([good, bad], 'Issue', 'replace')).toThrow(
    "model 'Issue': record 1 (id 'x') does not fit the model: labels.1.name: Invalid input: expected string, received number",
  )
})

test('nothing is checked when it is off, and of models without a schema', () => {
  const off = checks('off')
  off.check([1], 'Issue', 'replace')
  const other = checks('strict')
  other.check([1], 'Other', 'replace')
  expect([...off.warnings(), ...other.warnings()]).toEqual([])
})

test('a record fits as it is, or as its JSON', () => {
  checks('strict').check([{ ...good, at: new Date(0), due: undefined }], 'Issue', 'replace')
  checks('strict').check([{ ...good, due: new Date(0) }], 'Issue', 'replace')
})

test('of a record that is merged, what it lacks does not count; what it has does', () => {
  checks('strict').check([{ id: '1', labels: [{ other: 1 }] }], 'Issue', 'merge')
  expect(() => checks('strict').check([{ id: '1', title: 5 }], 'Issue', 'merge')).toThrow(/title/)
  expect(() => checks('strict').check([null], 'Issue', 'merge')).toThrow(/record 0 does not fit/)
})

test('a check that throws, or that would have to be waited for, is a record that does not fit', () => {
  const later = checks('warn', z.object({ id: z.string().refine(async () => true) }))
  later.check([good], 'Issue', 'replace')
  expect(later.warnings()).toEqual([
    "model 'Issue': 1 of 1 records do not fit the model: the record (async) in 1",
  ])
  const broken = z.object({
    id: z.string().refine(() => {
      throw new Error('broken')
    }),
  })
  expect(() => checks('strict', broken).check([good], 'Issue', 'replace')).toThrow(/does not fit the model: /)
})

test('a model that fits no record is not looked at in full: the warning says how many were checked', () => {
  const all = checks()
  const list = Array.from({ length: 17_000 }, () => ({ id: 1, title: null }))
  all.check(list, 'Issue', 'replace')
  expect(all.warnings()).toEqual([
    "model 'Issue': 2000 of 2000 records that were checked, of 17000, do not fit the model: id (not string) in 2000",
  ])
})
