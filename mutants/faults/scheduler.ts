import type { Mutant } from '../mutant.ts'

const script = (name: string) => `services/scheduler/src/scripts/${name}.lua`
const runs = ['services/scheduler/test/runs.test.ts']
const throttled = ['services/scheduler/test/throttled.test.ts']

export const scheduler: Mutant[] = [
  {
    name: 'slot-claimed-twice',
    attacks: '5: every slot runs once',
    edits: [
      {
        file: script('claim'),
        search: 'tonumber(schedule.next_at) ~= args.slot or args.slot > args.now',
        replace: 'args.slot > args.now',
      },
    ],
    tests: runs,
    only: 'a slot that was read before another instance claimed it',
  },
  {
    name: 'slot-while-a-run-is-active',
    attacks: '4: one live run per schedule',
    edits: [
      {
        file: script('claim'),
        search: "local overlap = schedule.active ~= ''",
        replace: 'local overlap = false',
      },
    ],
    tests: runs,
    only: 'a slot that comes while a run is active',
  },
  {
    name: 'skipped-slot-not-counted',
    attacks: '5: skipped for a counted reason',
    edits: [{ file: script('claim'), search: ' + args.missed + (overlap and 1 or 0)', replace: '' }],
    tests: runs,
    only: 'slots that were missed are counted',
  },
  {
    name: 'trigger-during-a-run-lost',
    attacks: '5, 6: an accepted trigger happens',
    edits: [
      { file: script('prelude'), search: 'change(schedule, { pending_trigger = cause })', replace: '' },
    ],
    tests: runs,
    only: 'triggers that come while a run is queued or running',
  },
  {
    name: 'trigger-after-a-run-twice',
    attacks: '5: triggers are coalesced',
    edits: [
      { file: script('prelude'), search: "last_run = id, pending_trigger = ''", replace: 'last_run = id' },
    ],
    tests: runs,
    only: 'triggers that come while a run is queued or running',
  },
  {
    name: 'old-attempt-may-act',
    attacks: '4: an attempt that was taken over can do nothing',
    edits: [
      {
        file: script('prelude'),
        search: 'if run.attempt ~= tostring(attempt) then',
        replace: 'if false then',
      },
    ],
    tests: runs,
    only: 'an attempt that was taken over can neither save',
  },
  {
    name: 'checkpoint-of-old-attempt',
    attacks: '3, 4: checkpoint of an attempt that was taken over',
    edits: [{ file: script('save-checkpoint'), search: 'if reason then return reason end', replace: '' }],
    tests: runs,
    only: 'an attempt that was taken over can neither save',
  },
  {
    name: 'end-settled-twice',
    attacks: '5: the end of a run counts once',
    edits: [
      {
        file: script('prelude'),
        search: "if run.state == 'ENDED' then return",
        replace: 'if false then return',
      },
    ],
    tests: runs,
    only: 'the end of a run counts once',
  },
  {
    name: 'fence-of-a-schedule-made-again',
    attacks: '4: fences never go back',
    edits: [
      {
        file: script('prelude'),
        search: 'math.max(tonumber(schedule.number) + 1, math.floor(args.now / 100))',
        replace: '(tonumber(schedule.number) + 1)',
      },
    ],
    tests: runs,
    only: 'fences grow from run to run',
  },
  {
    name: 'fence-repeats',
    attacks: '4: no two runs have one fence',
    edits: [
      {
        file: script('prelude'),
        search: 'math.max(tonumber(schedule.number) + 1, math.floor(args.now / 100))',
        replace: 'math.floor(args.now / 100)',
      },
    ],
    tests: runs,
    only: 'fences grow from run to run',
  },
  {
    name: 'claim-never-sent',
    attacks: '5: a claimed run is asked for',
    edits: [
      {
        file: script('prelude'),
        search: "redis.call('ZADD', OUTBOX, args.now, id)",
        replace: '',
      },
    ],
    tests: runs,
    only: 'a claim whose instance died before it was sent',
  },
  {
    name: 'lease-of-a-silent-runner',
    attacks: '5: no run stays RUNNING after its runner died',
    edits: [
      {
        file: script('start-attempt'),
        search: "redis.call('ZADD', LEASES, args.now + args.leaseMs, run.id)",
        replace: "redis.call('ZREM', LEASES, run.id)",
      },
    ],
    tests: runs,
    only: 'a run whose runner is silent for longer than its lease',
  },
  {
    name: 'command-applied-twice',
    attacks: '6: a command has one effect',
    edits: [
      {
        file: script('prelude'),
        search: 'if schedule.command == args.command then return true end',
        replace: '',
      },
    ],
    tests: runs,
    only: 'a command that comes again has no second effect',
  },
  {
    name: 'paused-schedule-fires',
    attacks: '6: a pause holds',
    edits: [
      {
        file: script('pause'),
        search: "change(schedule, { state = 'PAUSED', pending_trigger = '' })",
        replace: "change(schedule, { pending_trigger = '' })",
      },
    ],
    tests: runs,
    only: 'a pause lets a running run finish',
  },
  {
    name: 'schedule-made-while-it-is-removed',
    attacks: '7: records of a deleted connection are gone',
    edits: [
      {
        file: script('create-schedule'),
        search: "if redis.call('HEXISTS', CLEANING, args.id) == 1 then return 'cleaning' end",
        replace: '',
      },
    ],
    tests: runs,
    only: 'a schedule whose records are still being removed',
  },
  {
    name: 'throttled-report-counts-twice',
    attacks: '5: a run goes on once',
    edits: [
      {
        file: script('throttle'),
        search: 'attempt = tonumber(run.attempt) + 1, throttles',
        replace: 'attempt = run.attempt, throttles',
      },
    ],
    tests: throttled,
    only: 'what a throttled attempt says later is ignored',
  },
  {
    name: 'throttled-run-begun-by-its-old-message',
    attacks: '4, 5: a run that waits for its API is not begun',
    edits: [
      {
        file: script('start-attempt'),
        search: 'args.throttles ~= tonumber(run.throttles)',
        replace: 'false',
      },
    ],
    tests: throttled,
    only: 'what a throttled attempt says later is ignored',
  },
  {
    name: 'throttled-run-lost-with-an-old-request',
    attacks: '5: a throttled run is asked for again',
    edits: [
      {
        file: script('prelude'),
        search: "return run.throttles == '0' and run.id or run.id .. '.' .. run.throttles",
        replace: 'return run.id',
      },
    ],
    tests: throttled,
    only: 'taking out a request that was published',
  },
  {
    name: 'throttled-runs-fill-their-environment',
    attacks: '5: an API that makes its runs wait delays no other',
    edits: [{ file: script('prelude'), search: " - redis.call('SCARD', THROTTLED)", replace: '' }],
    tests: throttled,
    only: 'however many runs of one API are throttled',
  },
  {
    name: 'blocked-schedule-fires',
    attacks: '6: a connection without credentials takes no slots',
    edits: [
      {
        file: script('prelude'),
        search: "schedule.state == 'STARTED' and schedule.blocked == ''",
        replace: "schedule.state == 'STARTED'",
      },
    ],
    tests: ['services/scheduler/test/blocked.test.ts'],
    only: 'a blocked schedule takes no slot',
  },
]
