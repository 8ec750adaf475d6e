import { expect, test } from 'vitest'
import { sourcePosition } from './source-position.ts'

const lines = (count: number) => Array.from({ length: count }, (_, i) => `line ${i + 1}`).join('\n')
const bundleOf = (map: unknown) =>
  `code()\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}\n`
const bundle = bundleOf({ sources: ['issues.ts', '../lib/map.ts'], sourcesContent: [lines(20), lines(3)] })

const stack = (...frames: string[]) => ['Error: no', ...frames.map((frame) => `    at ${frame}`)].join('\n')

test('the first frame in a file of the author, with the lines around it', () => {
  const found = sourcePosition(
    stack(
      'parse (../node_modules/zod/package:1:1)',
      'async Object.exec (issues.ts:12:7)',
      'map (../lib/map.ts:1:2)',
    ),
    bundle,
  )
  expect(found).toEqual({
    file: 'issues.ts',
    line: 12,
    column: 7,
    source: [9, 10, 11, 12, 13, 14, 15].map((line) => ({ line, text: `line ${line}` })),
  })
})

test.each([
  ['issues.ts:1:1', 'issues.ts', 1, [1, 2, 3, 4]],
  ['new Foo (../lib/map.ts:3:10)', '../lib/map.ts', 3, [1, 2, 3]],
  ['issues.ts:9999:1', 'issues.ts', 9999, []],
])('at %s', (frame, file, line, source) => {
  const found = sourcePosition(stack(frame), bundle)
  expect(found).toMatchObject({ file, line })
  expect(found?.source.map((row) => row.line)).toEqual(source)
})

test('a bundle without texts, or with an invalid source map, still gives the position', () => {
  const place = { file: 'issues.ts', line: 12, column: 7, source: [] }
  const frame = stack('issues.ts:12:7')
  expect(sourcePosition(frame, bundleOf({ sources: ['issues.ts'] }))).toEqual(place)
  expect(sourcePosition(frame, 'code()')).toEqual(place)
  expect(sourcePosition(frame, bundleOf([{ sources: 7 }]))).toEqual(place)
  expect(sourcePosition(frame, bundleOf({ sources: [{}], sourcesContent: [7] }))).toEqual(place)
})

test.each([
  ['no frame', 'Error: no'],
  ['a frame of no file', stack('Promise.all (index 0)', 'async <anonymous>')],
  ['frames of others only', stack('syncline:definitions:1:2', 'node:fs:1:2', '/function.js:3:4')],
  ['an empty text', ''],
])('%s is no position', (_name, text) => {
  expect(sourcePosition(text, bundle)).toBeUndefined()
})

test('what a child makes up has a bound', () => {
  const long = stack(`${'x'.repeat(1_000_000)}.ts:1:1`)
  expect(sourcePosition(long, bundle)?.file.length).toBeLessThan(400)
  const many = stack(...Array.from({ length: 100_000 }, () => '/nothing.js:1:1'), 'issues.ts:1:1')
  expect(sourcePosition(many, bundle)).toBeUndefined()
  const wide = bundleOf({ sources: ['issues.ts'], sourcesContent: ['y'.repeat(1_000_000)] })
  const text = sourcePosition(stack('issues.ts:1:1'), wide)?.source[0]?.text ?? ''
  expect(text.length).toBeLessThan(250)
  expect(sourcePosition(stack('issues.ts:99999999:1'), bundle)).toBeUndefined()
})
