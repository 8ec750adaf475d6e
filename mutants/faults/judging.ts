import type { Mutant } from '../mutant.ts'

// Attempts whose runner is silent, and what a scheduler may conclude from that.

const script = (name: string) => `services/scheduler/src/scripts/${name}.lua`
const queue = script('queue')
const clock = 'services/scheduler/src/ticks/shared-clock.ts'
const tests = ['services/scheduler/test/judging.test.ts']
const attempts = ['services/scheduler/test/attempts.test.ts']
const silent = 'a run whose runner is silent for a lease'

export const judging: Mutant[] = [
  {
    name: 'attempt-without-lease',
    attacks: '5: no run stays RUNNING after its runner died',
    edits: [
      {
        file: script('take-runs'),
        search: "redis.call('ZADD', LEASES, args.now + limits.leaseMs, run.id)",
        replace: "redis.call('ZREM', LEASES, run.id)",
      },
    ],
    tests,
    only: silent,
  },
  {
    name: 'lease-not-renewed-by-heartbeats',
    attacks: '4: a run with a living runner is not given to another',
    edits: [
      {
        file: script('heartbeat'),
        search: "redis.call('ZADD', LEASES, args.now + limits.leaseMs, run.id)",
        replace: '',
      },
    ],
    tests,
    only: silent,
  },
  {
    name: 'lost-answer-not-noticed',
    attacks: '5: runs of an answer that was lost are handed out again',
    edits: [
      {
        file: script('heartbeat'),
        search: 'if args.now - number(run.taken_at) > ON_ITS_WAY_MS',
        replace: 'if false',
      },
    ],
    tests: attempts,
    only: 'in an answer that was lost',
  },
  {
    name: 'fruitless-attempts-without-end',
    attacks: 'retries have a limit',
    edits: [
      {
        file: queue,
        search: 'run.progressed and 0 or number(run.fruitless) + 1',
        replace: 'number(run.fruitless)',
      },
    ],
    tests,
    only: 'all went away without a checkpoint',
  },
  {
    name: 'attempt-with-a-checkpoint-is-fruitless',
    attacks: '3: an attempt that saved a checkpoint costs a run nothing',
    edits: [
      {
        file: queue,
        search: 'run.progressed and 0 or number(run.fruitless) + 1',
        replace: 'number(run.fruitless) + 1',
      },
    ],
    tests,
    only: 'saves a checkpoint in each attempt',
  },
  {
    name: 'checkpoint-is-no-progress',
    attacks: '3: an attempt that saved a checkpoint costs a run nothing',
    edits: [{ file: script('save-checkpoint'), search: "progressed = '1', fruitless = '', ", replace: '' }],
    tests: attempts,
    only: 'without progress at most five times',
  },
  {
    name: 'judged-right-after-a-gap',
    attacks: '4: a scheduler that slept judges no living run',
    edits: [{ file: clock, search: 'if (gapMs > this.#deps.leaseMs / 3) {', replace: 'if (false) {' }],
    tests,
    only: 'a scheduler that slept',
  },
  {
    name: 'judged-right-after-the-start',
    attacks: '4: a scheduler that starts judges no living run',
    edits: [{ file: clock, search: 'this.#turnedAt + deps.leaseMs', replace: 'this.#turnedAt' }],
    tests,
    only: 'a scheduler that starts',
  },
  {
    name: 'leases-of-another-time',
    attacks: '4: a clock that jumps costs no living run',
    edits: [{ file: script('shift-clock'), search: 'shift(LEASES)\n', replace: '' }],
    tests,
    only: 'a clock that jumps',
  },
  {
    name: 'slots-stay-in-the-future',
    attacks: '5: a clock that goes back costs no slots',
    edits: [{ file: script('shift-clock'), search: 'if args.by < 0 then', replace: 'if false then' }],
    tests,
    only: 'after a jump back of the clock',
  },
]
