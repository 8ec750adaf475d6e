import type { Mutant } from '../mutant.ts'

const runEnds = ['services/records/test/run-facts.test.ts']
const attempts = ['services/runner/test/attempt-facts.test.ts']

export const facts: Mutant[] = [
  {
    name: 'run-ends-acknowledged-without-their-rows',
    attacks: 'each run that ended is a row, whatever fails in between',
    edits: [
      {
        file: 'libs/bus/src/consume-batches.ts',
        search: 'message.nak(REDELIVER_MS)',
        replace: 'message.ack()',
      },
    ],
    tests: runEnds,
    only: 'was not acknowledged',
  },
  {
    name: 'run-ends-as-new-rows',
    attacks: 'an event that comes again makes no second row',
    edits: [
      {
        file: 'services/records/src/facts/run-fact.ts',
        search: 'finishedAt: Date.parse(data.finished_at)',
        replace: 'finishedAt: Date.now()',
      },
    ],
    tests: runEnds,
    only: 'each run that ended is one row',
  },
  {
    name: 'run-ends-of-a-deleted-environment',
    attacks: '10: an environment that is made again has no runs of the one before',
    edits: [
      {
        file: 'services/records/src/facts/forgotten-runs.ts',
        search: 'finishedAt >= (before.get(environment) ?? 0)',
        replace: 'finishedAt >= 0 || before.has(environment)',
      },
    ],
    tests: runEnds,
    only: 'was deleted, or made again',
  },
  {
    name: 'attempt-facts-with-urls',
    attacks: 'facts of attempts have no queries',
    edits: [{ file: 'libs/outgoing/src/outgoing.ts', search: 'host: url.host', replace: 'host: url.href' }],
    tests: attempts,
    only: 'what an attempt did is told',
  },
]
