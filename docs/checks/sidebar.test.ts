import { expect, test } from 'vitest'
import { restIndex, sections } from '../.vitepress/sections.ts'
import { restPages } from '../generate/rest.ts'
import { generated, written } from './pages.ts'

test('the sidebar has every page of the site once', () => {
  const groups = [...restPages().keys()].filter((page) => page !== restIndex)
  const listed = [...sections.flatMap(({ pages }) => pages), ...groups]
  const files = [...written, ...generated].map(({ file }) => file)
  const pages = files
    .filter((file) => file.startsWith('docs/'))
    .map((file) => file.slice('docs/'.length, -'.md'.length))
  expect(listed.toSorted()).toEqual(pages.toSorted())
})
