import { mkdir, mkdtempDisposable, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isSource, watchFolder } from './watch-folder.ts'

test.each([
  ['github/syncs/issues.ts', true],
  ['nango.yaml', true],
  ['github/fixtures/issues.json', false],
  ['node_modules/zod/index.js', false],
  ['.git/index', false],
])('a change of %s is one of the functions: %s', (path, expected) => {
  expect(isSource('/home/me/.projects/syncs', join('/home/me/.projects/syncs', path))).toBe(expected)
})

test('files that are written are told; a folder that is removed is told', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-watch-'))
  const root = join(await realpath(folder.path), 'project')
  await mkdir(join(root, 'a/syncs'), { recursive: true })
  const told = new Set<string>()
  const all = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  const onChange = (files: string[]) => {
    for (const file of files) told.add(file)
    if (told.size === 2) all.resolve()
  }
  await using _ = await watchFolder(root, { onChange, onGone: gone.resolve })
  await writeFile(join(root, 'a/syncs/one.ts'), '')
  await writeFile(join(root, 'a/syncs/two.ts'), '')
  await all.promise
  expect([...told].toSorted()).toEqual(['a/syncs/one.ts', 'a/syncs/two.ts'])
  await rm(root, { recursive: true })
  await gone.promise
})
