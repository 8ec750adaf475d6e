import { expect, test } from 'vitest'
import { type LoadObserved, loadViolations } from './load-invariants.ts'

const environment = 'dev'
const sound: LoadObserved = {
  commands: [
    { environment, commandId: undefined, runs: ['r-1'], state: undefined },
    { environment, commandId: 'c-1', runs: ['r-2'], state: 'done' },
  ],
  actions: [
    { environment, key: 'a', answer: 'output', statusUrl: undefined, result: undefined },
    { environment, key: 'b', answer: 'accepted', statusUrl: '/action/b', result: 'in_doubt' },
    { environment, key: 'c', answer: 'unavailable', statusUrl: undefined, result: undefined },
  ],
  acted: ['a', 'b'],
  ended: new Set(['r-1', 'r-2']),
}

test('what is sound has no violation', () => {
  expect(loadViolations(sound)).toEqual([])
})

test.each<[string, Partial<LoadObserved>]>([
  ['carried out 2 times', { acted: ['a', 'b', 'a'] }],
  ['gave an output, and was not carried out', { acted: ['b'] }],
  ['run r-2 of a command', { ended: new Set(['r-1']) }],
  [
    'was accepted, and is refused',
    { commands: [{ environment, commandId: 'c-1', runs: [], state: 'refused' }] },
  ],
  [
    'was accepted, and has no result',
    { actions: [{ environment, key: 'b', answer: 'accepted', statusUrl: '/action/b', result: 'none' }] },
  ],
])('%s is found', (text, changes) => {
  expect(loadViolations({ ...sound, ...changes })).toEqual([expect.stringContaining(text)])
})
