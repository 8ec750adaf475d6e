import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRoutes, type Route } from '@syncline/api'
import { parseFixture } from '@syncline/fixtures'
import { firstPartyFile, ReadProvider, resolveProvider } from '@syncline/providers'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readNangoYaml } from '../../libs/functions/src/yaml/read-nango-yaml.ts'
import { type Block, blocksOf } from './blocks.ts'
import { ROOT, written } from './pages.ts'
import { shellProblems } from './shell.ts'
import { snippetOf } from './write-snippets.ts'

// How a code block is checked, by its language:
//   sh        commands of `syncline` by the real command line, `curl` by the contract of the API, `pnpm` by the scripts;
//             each block has `test=<file>`, a test that runs it, or `not-run="<reason>"`
//   console   the same for lines that begin with `$ `; the others are what is printed
//   ts        by the compiler (write-snippets.ts): as a module; `sync`, `action`, `client`: with `nango` or `syncline` declared
//   json      parsed; `fixture`: as one; `body=<route>`: as the body of that route
//   yaml      parsed; `provider`, `nango-yaml`: as such a file
//   text      nothing: output and pictures
// With `test=<file>` that test runs or reads the block. This file finds tests that do not know of the page.

// By a name that a page gives: it may be none of them.
const routes = createRoutes({ records: 500 }) as unknown as Record<string, Route>
const blocks = written.flatMap(blocksOf)
const places = blocks.map((block) => [`${block.file}:${block.line}`, block] as const)
const words = [
  'sync',
  'action',
  'client',
  'data',
  'fixture',
  'provider',
  'nango-yaml',
  'body',
  'test',
  'not-run',
  'file',
]

test.each(places)('the code block at %s is right', (_, block) => {
  expect(problemsOf(block)).toEqual([])
})

test.each(written.map(({ file, text }) => [file, text] as const))(
  'the commands in the text of %s are right',
  (_, text) => {
    const prose = text.replaceAll(/^( *)```[\s\S]*?^\1```[ \t]*$/gm, '')
    const commands = [...prose.matchAll(/(?<=[^`]|^)`(?:npx )?(syncline [a-z][^`]*)`(?!`)/g)].map(
      ([, it = '']) => it,
    )
    // A part that the reader fills in may be anything, and what stands behind a name may be left out.
    const problems = commands.flatMap((it) => shellProblems(it.replaceAll(/<[^>]*>/g, 'x')).problems)
    expect(problems.filter((it) => !it.includes(': it takes '))).toEqual([])
  },
)

test.each(written.map(({ file, text }) => [file, text] as const))('%s has no indented code', (_, text) => {
  const outside = text.replaceAll(/^( *)```[\s\S]*?^\1```[ \t]*$/gm, '')
  const indented = [...outside.matchAll(/(?:^|\n)(?![-*\d ]|\s*$)[^\n]*\n\n {4}\S[^\n]*/g)]
  expect(indented.map(([found]) => found)).toEqual([])
})

function problemsOf(block: Block): string[] {
  const { language, marks, text, file } = block
  const strange = [...marks.keys()].filter((it) => !words.includes(it))
  if (strange.length > 0) return [`no check is called ${strange.join(', ')}`]
  const run = marks.get('test')
  if (run !== undefined) {
    if (!existsSync(join(ROOT, run))) return [`there is no test ${run}`]
    if (!readFileSync(join(ROOT, run), 'utf8').includes(file)) return [`${run} does not read ${file}`]
  }
  switch (language) {
    case 'sh':
    case 'console': {
      const script = language === 'sh' ? text : (text.match(/(?<=^\$ ).*$/gm)?.join('\n') ?? '')
      const reason = marks.get('not-run') ?? ''
      return [
        ...shellProblems(script).problems,
        ...(run === undefined && reason === ''
          ? ['no test runs it, and no reason is given: `not-run="…"`']
          : []),
      ]
    }
    case 'ts':
      return snippetOf(block) === undefined ? ['no snippet is made of it'] : []
    case 'json':
      return problem(() => {
        const value = JSON.parse(text)
        if (marks.has('fixture')) parseFixture(text, file)
        const route = marks.get('body')
        if (route !== undefined) routes[route]?.schema.body?.parse(value)
        if (route !== undefined && routes[route] === undefined) throw new Error(`no route ${route}`)
      })
    case 'yaml':
      return problem(() => {
        parse(text)
        if (marks.has('provider')) resolveProvider(new ReadProvider(text, file).file, firstPartyFile)
        if (marks.has('nango-yaml')) expect(readNangoYaml(text)).toMatchObject({ refused: [], warnings: [] })
      })
    case '':
    case 'text':
      return text.match(/^(?:npx |\$ )?(?:syncline|curl|npm|pnpm|docker) .*$/gm) ?? []
    default:
      return [`no check for ${language}`]
  }
}

function problem(check: () => void): string[] {
  try {
    check()
    return []
  } catch (error) {
    return [String(error)]
  }
}
