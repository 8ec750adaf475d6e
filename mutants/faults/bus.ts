import type { Mutant } from '../mutant.ts'

const file = 'libs/bus/src/deliver.ts'
const tests = ['libs/bus/test/consume-queues.test.ts']

export const bus: Mutant[] = [
  {
    name: 'acknowledged-before-the-work',
    attacks: '5, 6: what is not done comes again',
    edits: [
      {
        file,
        search: '    const result = await work({',
        replace: '    message.ack()\n    const result = await work({',
      },
    ],
    tests,
    only: 'a queue keeps its order over instances and failures',
  },
  {
    name: 'work-not-kept-alive',
    attacks: '4: long work is not given to another',
    edits: [{ file, search: '() => message.working()', replace: '() => {}' }],
    tests,
    only: 'work that takes longer than the ack wait',
  },
  {
    name: 'commands-overtake-each-other',
    attacks: '6: commands apply in the order in which they were accepted',
    edits: [
      {
        file: 'libs/bus/src/queue.ts',
        search: 'max_ack_pending: this.#consumption.perQueue ?? 1,',
        replace: 'max_ack_pending: 1000,',
      },
    ],
    tests,
    only: 'a queue keeps its order over instances and failures',
  },
]
