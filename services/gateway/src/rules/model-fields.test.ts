import { expect, test } from 'vitest'
import { z } from 'zod'
import { fieldChanges, fieldsOf } from './model-fields.ts'

const schema = (model: z.ZodType) =>
  z.toJSONSchema(model, { unrepresentable: 'any' }) as Record<string, unknown>

test('the fields of a model by path, with their types', () => {
  const model = z.object({
    id: z.string(),
    count: z.int().optional(),
    state: z.enum(['open', 'closed']),
    kind: z.literal('issue'),
    at: z.iso.datetime(),
    owner: z.object({ id: z.number(), email: z.string().nullable() }),
    labels: z.array(z.object({ name: z.string() })),
    either: z.union([z.string(), z.number()]),
    raw: z.any(),
    byName: z.record(z.string(), z.number()),
  })
  expect(Object.fromEntries(fieldsOf(schema(model)))).toEqual({
    id: 'string',
    count: 'integer, optional',
    state: '"open" | "closed"',
    kind: '"issue"',
    at: 'string (date-time)',
    owner: 'object',
    'owner.id': 'number',
    'owner.email': 'string | null',
    labels: 'object[]',
    'labels[].name': 'string',
    either: 'string | number',
    raw: 'any',
    byName: 'object',
  })
})

test('fields that come, go and change, in the order of their paths', () => {
  const before = z.object({ id: z.string(), n: z.number(), gone: z.string() })
  const after = z.object({
    id: z.string(),
    n: z.number().nullable(),
    added: z.object({ x: z.string() }).optional(),
  })
  expect(fieldChanges(schema(before), schema(after))).toEqual([
    { field: 'added', before: null, after: 'object, optional' },
    { field: 'added.x', before: null, after: 'string' },
    { field: 'gone', before: 'string', after: null },
    { field: 'n', before: 'number', after: 'number | null' },
  ])
  expect(fieldChanges(schema(before), schema(before))).toEqual([])
})

test.each([
  {},
  { properties: 7 },
  { properties: { a: null, b: [], c: { type: {} } } },
  { properties: { a: { enum: 'x' } } },
])('what is no JSON Schema is read as far as it goes: %j', (odd) => {
  expect(() => fieldsOf(odd)).not.toThrow()
})

test('a schema that refers to itself, or is nested deeply, ends', () => {
  interface Node {
    id: string
    next?: Node | undefined
  }
  const node: z.ZodType<Node> = z.object({ id: z.string(), next: z.lazy(() => node).optional() })
  expect(fieldsOf(schema(node)).size).toBeLessThan(20)
  let deep: Record<string, unknown> = { type: 'string' }
  for (let n = 0; n < 10_000; n++) deep = { type: 'object', properties: { a: deep } }
  expect(fieldsOf(deep).size).toBe(5)
})
