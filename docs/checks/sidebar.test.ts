import { expect, test } from 'vitest'
import { pagesBeside, restIndex, sections } from '../.vitepress/sections.ts'
import { writeGeneratedPages } from '../generate/index.ts'
import { generated, written } from './pages.ts'

test('the sidebar has every page of the site once', async () => {
  await writeGeneratedPages()
  const listed = [...sections.flatMap(({ pages }) => pages), ...pagesBeside(restIndex)]
  const files = [...written, ...generated].map(({ file }) => file)
  const pages = files
    .filter((file) => file.startsWith('docs/'))
    .map((file) => file.slice('docs/'.length, -'.md'.length))
  expect(listed.toSorted()).toEqual(pages.toSorted())
})
