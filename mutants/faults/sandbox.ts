import type { Mutant } from '../mutant.ts'

const sandbox = (path: string) => `libs/sandbox/${path}`
const leftovers = [sandbox('test/leftovers.test.ts')]
const reuse = [sandbox('test/reuse.test.ts')]

export const sandboxes: Mutant[] = [
  {
    name: 'child-for-another-tenant',
    attacks: '10: environments do not see each other',
    edits: [
      {
        file: sandbox('src/reuse.ts'),
        search: 'JSON.stringify([tenant, hash])',
        replace: 'JSON.stringify([tenant === hash, hash])',
      },
    ],
    tests: reuse,
    only: 'a child serves runs of one tenant and bundle, and no others',
  },
  {
    name: 'call-of-an-earlier-run',
    attacks: 'nothing of one run is seen by the next',
    edits: [{ file: sandbox('src/sandbox.ts'), search: 'message.run !== this.#runs', replace: 'false' }],
    tests: reuse,
    only: 'what says that it is of an earlier run ends the child',
  },
  {
    name: 'timers-go-on',
    attacks: 'nothing of one run is seen by the next',
    edits: [{ file: sandbox('src/child/run-realm.ts'), search: 'this.#timers.close()', replace: '' }],
    tests: leftovers,
    only: 'left by a run',
  },
  {
    name: 'shared-state-not-compared',
    attacks: 'nothing of one run is seen by the next',
    edits: [{ file: sandbox('src/child/serve.ts'), search: ' ?? changeOf(shared)', replace: '' }],
    tests: leftovers,
    only: 'left by a run',
  },
  {
    name: 'background-not-looked-for',
    attacks: 'nothing of one run is seen by the next',
    edits: [{ file: sandbox('src/child/serve.ts'), search: ' ?? background.left', replace: '' }],
    tests: leftovers,
    only: 'left by a run',
  },
  {
    name: 'processor-time-of-earlier-runs',
    attacks: 'limits are of one run',
    edits: [
      {
        file: sandbox('src/sandbox.ts'),
        search: 'cpuMsBefore: this.#usage?.cpuMs ?? 0',
        replace: 'cpuMsBefore: 0',
      },
    ],
    tests: reuse,
    only: 'limits are of one run',
  },
]
