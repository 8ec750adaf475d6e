import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mutants } from './faults/index.ts'
import { mutated } from './mutant.ts'

const root = join(import.meta.dirname, '..')
const CONTRACT = 'libs/testkit/src/records/contract'
const textOf = (file: string) => readFileSync(join(root, file), 'utf8')

const contract = readdirSync(join(root, CONTRACT)).map((name) => join(CONTRACT, name))
const isContract = (file: string) => file.endsWith('/contract.test.ts')

test.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
  'the mutant %s fits the code: whoever changes the code that it breaks, changes it too',
  (_, { edits, tests, only }) => {
    const texts = new Map<string, string>()
    for (const edit of edits) texts.set(edit.file, mutated(texts.get(edit.file) ?? textOf(edit.file), edit))
    for (const [file, text] of texts) expect(text).not.toBe(textOf(file))
    // Names of the contract's tests are not in the file that runs it.
    const names = [...tests, ...(tests.some(isContract) ? contract : [])].map(textOf).join('\n')
    expect(names).toContain(only ?? '')
  },
)

test('names of mutants differ', () => {
  const names = mutants.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})

test('a text that is found twice, or not at all, is refused', () => {
  const edit = { file: 'x.ts', search: 'a', replace: 'b' }
  expect(mutated('a.c', edit)).toBe('b.c')
  expect(() => mutated('a.a', edit)).toThrow('x.ts has this text 2 times instead of once')
  expect(() => mutated('c', edit)).toThrow('0 times')
})
