import { SourceMap } from 'node:module'
import { expect, test } from 'vitest'
import { withOwnSources } from './own-sources.ts'

const bundleOf = (map: object) =>
  `code();\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}\n`
const mapOf = (bundle: string) =>
  JSON.parse(Buffer.from(bundle.split('base64,')[1] ?? '', 'base64').toString())

test('a bundle keeps the texts of its author, and of nobody else', () => {
  const bundle = bundleOf({
    version: 3,
    sources: [
      'issues.ts',
      'syncline:definitions',
      '../node_modules/zod/package',
      '../lib/map.ts',
      'node_modules/a/b.ts',
    ],
    sourcesContent: ['own', 'ours', 'zod', 'own too', 'theirs'],
    mappings: 'AAAA',
    names: [],
  })
  const kept = withOwnSources(bundle)
  expect(mapOf(kept)).toMatchObject({
    mappings: 'AAAA',
    sourcesContent: ['own', null, null, 'own too', null],
  })
  expect(kept.startsWith('code();\n//# sourceMappingURL=')).toBe(true)
  expect(withOwnSources(kept)).toBe(kept)
  expect(new SourceMap(mapOf(kept)).findEntry(0, 0)).toMatchObject({ originalSource: 'issues.ts' })
})

test('texts have a bound together: a file beyond it comes without its text', () => {
  const sourcesContent = ['x'.repeat(200_000), 'y'.repeat(100_000), 'z'.repeat(10_000)]
  const kept = mapOf(
    withOwnSources(bundleOf({ version: 3, sources: ['a.ts', 'b.ts', 'c.ts'], sourcesContent, mappings: '' })),
  )
  expect(kept.sourcesContent.map((text: string | null) => text?.length)).toEqual([200_000, undefined, 10_000])
})

test('a text without a map stays as it is', () => {
  expect(withOwnSources('code()')).toBe('code()')
})
