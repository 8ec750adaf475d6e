import type { Mutant } from '../mutant.ts'

// What a sync says of its runs, and what happens to many schedules at once.

const script = (name: string) => `services/scheduler/src/scripts/${name}.lua`
const runsLua = script('shared/runs')
const claim = script('claim-due')
const tests = ['services/scheduler/test/ticks.test.ts']
const attempts = ['services/scheduler/test/attempts.test.ts']

export const policies: Mutant[] = [
  {
    name: 'failed-run-repeated-without-end',
    attacks: 'retries have a limit',
    edits: [
      {
        file: runsLua,
        search: 'takes_slots(schedule) and retried < number(definition.retries)',
        replace: 'takes_slots(schedule)',
      },
    ],
    tests,
    only: 'a run that fails is repeated',
  },
  {
    name: 'schedule-fails-for-ever',
    attacks: 'options: a schedule is paused after so many failures',
    edits: [{ file: runsLua, search: 'failures >= number(definition.pause_after)', replace: 'false' }],
    tests,
    only: 'after as many failures in a row',
  },
  {
    name: 'run-that-waits-is-cancelled-by-its-slot',
    attacks: 'options: a slot cancels a run that runs, and no run that has yet to begin',
    edits: [
      {
        file: claim,
        search: "overlap == 'cancel_running' and run.state == 'RUNNING'",
        replace: "overlap == 'cancel_running'",
      },
    ],
    tests,
    only: 'a slot that comes while a run is active',
  },
  {
    name: 'cancel-leaves-what-waits-behind',
    attacks: 'a cancelled schedule goes on at its next slot',
    edits: [
      {
        file: script('cancel-runs'),
        search: "      change(schedule, { pending = '', pending_number = '' })\n      stops",
        replace: '      stops',
      },
    ],
    tests: ['services/scheduler/test/pause-and-cancel.test.ts'],
    only: 'ends what is active of a target',
  },
  {
    name: 'one-environment-takes-the-tick',
    attacks: 'fair: many schedules that are due at once delay no other environment',
    edits: [
      {
        file: claim,
        search: 'math.max(1, math.floor(args.limit / math.max(1, #due)))',
        replace: 'args.limit',
      },
    ],
    tests,
    only: 'each gets its part of it',
  },
  {
    name: 'broken-schedule-stops-the-others',
    attacks: '5: one schedule that can not be read holds up no other',
    edits: [
      {
        file: claim,
        search: 'local done, fault = pcall(work, ...)',
        replace: 'local done, fault = true, work(...)',
      },
    ],
    tests,
    only: 'put aside for an hour',
  },
  {
    name: 'broken-report-stops-the-others',
    attacks: '5: one run that can not be read holds up the end of no other',
    edits: [
      {
        file: script('end-attempts'),
        search: 'local done, answer = pcall(end_attempt, report)',
        replace: 'local done, answer = true, end_attempt(report)',
      },
    ],
    tests: attempts,
    only: 'a report that can not be taken',
  },
  {
    name: 'report-of-an-old-attempt-settles',
    attacks: '4: an attempt that was taken over can not end the run',
    edits: [
      {
        file: script('end-attempts'),
        search: 'if reason then return { ignored = reason } end',
        replace: 'if not run then return { ignored = reason } end',
      },
    ],
    tests: ['services/scheduler/test/runs.test.ts'],
    only: 'an attempt that was taken over can neither save',
  },
  {
    name: 'keys-of-a-newer-build-read',
    attacks: 'an older build changes nothing that a newer one has written',
    edits: [{ file: 'libs/redis/src/schema.ts', search: 'if (stored <= own) return', replace: 'return' }],
    tests: ['libs/redis/test/schema.test.ts'],
    only: 'an older build refuses keys',
  },
  {
    name: 'no-answer-without-a-scheduler',
    attacks: 'freshness: while the scheduler is silent, its schedules are told as stale for that reason',
    edits: [
      {
        file: 'services/gateway/src/scheduler-calls.ts',
        search: 'if (answered) throw error',
        replace: 'throw error',
      },
    ],
    tests: ['services/gateway/test/schedules.test.ts'],
    only: 'the catalog answers within 5 s',
  },
]
