import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withCommands } from '../write-commands.ts'
import { program } from './program.ts'

test('the list of commands in README.md is that of the program', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  expect(readme, 'write it again: node cli/write-commands.ts').toBe(withCommands(readme))
})

test('each command that lists or shows something has --json', () => {
  const all = program.commands.flatMap((it) => [it, ...it.commands])
  const shows = [
    'list',
    'show',
    'get',
    'counts',
    'limits',
    'metadata',
    'status',
    'why',
    'runs',
    'logs',
    'capacity',
    'me',
  ]
  const without = all.filter(
    (it) => shows.includes(it.name()) && !it.options.some(({ long }) => long === '--json'),
  )
  expect(without.map((it) => it.name())).toEqual([])
})
