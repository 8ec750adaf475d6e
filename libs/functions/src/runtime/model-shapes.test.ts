import { expect, test } from 'vitest'
import { ModelShapes } from './model-shapes.ts'

const shapeOf = (...lists: unknown[][]) => {
  const shapes = new ModelShapes()
  for (const list of lists) shapes.note(list, 'Issue')
  return shapes.all()
}
const field = (path: string, types: string[], always = true) => ({ path, types, always })

test('fields have paths, types as they are stored, and whether all records have them', () => {
  const records = [
    { id: 'a', n: 1, at: new Date(0), labels: [{ n: 1 }, { n: 'x' }], who: { name: 'secret' } },
    { id: 2n, n: null, labels: [], gone: undefined, _nango_metadata: {} },
  ]
  expect(shapeOf(records)).toEqual([
    {
      model: 'Issue',
      records: 2,
      fields: [
        field('id', ['string']),
        field('n', ['null', 'number']),
        field('at', ['string'], false),
        field('labels', ['list']),
        field('labels[]', ['object']),
        field('labels[].n', ['number', 'string']),
        field('who', ['object'], false),
        field('who.name', ['string']),
      ],
    },
  ])
  expect(JSON.stringify(shapeOf(records))).not.toContain('secret')
})

test('of many records some are looked at, of maps nothing', () => {
  const map = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`user${n}`, n]))
  const [shape] = shapeOf(Array(1000).fill({ id: 1, map }), Array(1000).fill({ id: 1 }), [null, 5])
  expect(shape?.records).toBe(200 + 1800 / 20)
  expect(shape?.fields.map(({ path }) => path)).toEqual(['id', 'map'])
})

test('what is kept is bounded, whatever the records are', () => {
  const wide = (n: number) => Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${n}-${i}`, i]))
  const hostile = {
    get id() {
      throw new Error('no')
    },
  }
  const cyclic: Record<string, unknown> = { ['x'.repeat(1000)]: 1 }
  cyclic.self = cyclic
  const [shape] = shapeOf([cyclic, hostile, wide(1), wide(2)])
  expect(shape?.fields).toHaveLength(200)
})
