import type { Mutant } from '../mutant.ts'

// The scheduler's queue of runs: who gets a slot next, and who may not.

const script = (name: string) => `services/scheduler/src/scripts/${name}.lua`
const queue = script('shared/queue')
const runsLua = script('shared/runs')
const take = script('take-runs')
const test = (name: string) => [`services/scheduler/test/${name}.test.ts`]
const fairness = test('fairness')
const whatever = 'whatever happens to runs'

const faults: Mutant[] = [
  {
    name: 'environment-over-its-limit',
    attacks: 'limits: no more runs of an environment are in flight',
    edits: [{ file: queue, search: 'elseif is_full(limit) then', replace: 'elseif false then' }],
    tests: test('runs'),
    only: 'in a full environment what is due waits',
  },
  {
    name: 'integration-over-its-limit',
    attacks: 'limits: no more runs of an integration are in flight',
    edits: [
      { file: queue, search: 'not is_full(limit) and pick_of_integration', replace: 'pick_of_integration' },
    ],
    tests: test('catalog'),
    only: 'runs that waited for a limit',
  },
  {
    name: 'sync-over-its-limit',
    attacks: 'limits: no more runs of a sync are in flight',
    edits: [{ file: queue, search: 'if sync and is_full(sync) then', replace: 'if false then' }],
    tests: test('catalog'),
    only: 'runs that waited for a limit',
  },
  {
    name: 'full-environment-not-put-back',
    attacks: 'queue: what waited for a limit goes on when a run ends',
    edits: [{ file: runsLua, search: 'then let_in_environment(run.environment) end', replace: 'then end' }],
    tests: test('runs'),
    only: 'in a full environment what is due waits',
  },
  {
    name: 'full-integration-not-put-back',
    attacks: 'queue: what waited for a limit goes on when a run ends',
    edits: [
      {
        file: runsLua,
        search: '  if integration_was then let_in_of_integration(run.environment, run.integration) end\n',
        replace: '',
      },
    ],
    tests: test('queue'),
    only: whatever,
  },
  {
    name: 'full-sync-not-put-back',
    attacks: 'queue: what waited for a limit goes on when a run ends',
    edits: [
      {
        file: queue,
        search: 'if limit and is_full(limit) then return 0 end',
        replace: 'if limit then return 0 end',
      },
    ],
    tests: test('queue'),
    only: whatever,
  },
  {
    name: 'place-of-a-cancelled-run-stays-empty',
    attacks: 'queue: what waited for a limit goes on when the run before it is cancelled',
    edits: [
      {
        file: queue,
        search: "== 0 then redis.call('ZREM', integration, run.uid) end",
        replace: "== 0 then redis.call('ZREM', integration, run.uid) end\n  do return end",
      },
    ],
    tests: test('queue'),
    only: 'let in when the one before it is cancelled',
  },
  {
    name: 'sync-let-in-only-when-full',
    attacks: 'queue: each run that leaves a sync lets one in',
    edits: [
      {
        file: runsLua,
        search: 'if not sync or sync.max < math.huge then',
        replace: 'if not sync or sync.running + 1 >= sync.max then',
      },
    ],
    tests: test('let-in'),
    only: 'a sync whose runs end at the same time gets as many others',
  },
  {
    name: 'raised-limit-not-noticed',
    attacks: 'limits: one that is raised counts at once',
    edits: [
      {
        file: script('set-limit'),
        search: 'let_in_of_integration(args.environment, args.integration) end',
        replace: 'local _ = 0 end',
      },
    ],
    tests: test('catalog'),
    only: 'runs that waited for a limit',
  },
  {
    name: 'cancelled-run-keeps-its-limits',
    attacks: 'limits: a cancelled run frees what it held',
    edits: [
      {
        file: runsLua,
        search: "if run.state == 'RUNNING' then release(run) else dequeue(run) end",
        replace:
          "if run.state == 'QUEUED' then dequeue(run) elseif ending.outcome ~= 'CANCELLED' then release(run) end",
      },
    ],
    tests: test('pause-and-cancel'),
    only: 'ends what is active of a target',
  },
  {
    name: 'environments-in-order-of-arrival',
    attacks: 'fair: a large tenant does not delay a small one',
    edits: [
      {
        file: queue,
        search: "redis.call('ZINCRBY', READY, 1 / (tonumber(limit.weight) or 1), environment)",
        replace: '',
      },
    ],
    tests: fairness,
    only: 'environments get work by their weights',
  },
  {
    name: 'weights-of-environments-ignored',
    attacks: 'fair: shares are those of the weights',
    edits: [
      {
        file: queue,
        search: "redis.call('ZINCRBY', READY, 1 / (tonumber(limit.weight) or 1), environment)",
        replace: "redis.call('ZINCRBY', READY, 1, environment)",
      },
    ],
    tests: fairness,
    only: 'environments get work by their weights',
  },
  {
    name: 'connection-with-many-syncs-first',
    attacks: 'fair: connections of an integration take turns',
    edits: [{ file: queue, search: "redis.call('ZINCRBY', node, 1, uid)", replace: '' }],
    tests: fairness,
    only: 'a connection with many syncs',
  },
  {
    name: 'time-without-work-is-saved-up',
    attacks: 'fair: who had nothing to do has no claim for that time',
    edits: [
      { file: queue, search: 'number(first) + (first and behind or 0)', replace: '(first and behind or 0)' },
    ],
    tests: fairness,
  },
  {
    name: 'passed-over-environment-catches-up',
    attacks: 'fair: who had nothing for a slot has no claim for that time',
    edits: [
      {
        file: queue,
        search: "for _, name in ipairs(passed) do redis.call('ZADD', READY, 'XX', 'GT', tag, name) end",
        replace: '',
      },
    ],
    tests: fairness,
    only: 'an environment that was passed over',
  },
  {
    name: 'lanes-are-equal',
    attacks: 'fair: what people asked for comes before first syncs',
    edits: [{ file: queue, search: '1 / LANE_WEIGHTS[lane], lane', replace: '1, lane' }],
    tests: fairness,
    only: 'lanes of an environment',
  },
  {
    name: 'first-syncs-in-every-slot',
    attacks: 'fair: first syncs leave a slot of a runner to others',
    edits: [{ file: take, search: 'math.max(1, runner.slots - 1)', replace: 'runner.slots' }],
    tests: fairness,
    only: 'first syncs leave a slot',
  },
  {
    name: 'reserved-slot-for-a-busy-environment',
    attacks: 'fair: a reserved slot is for environments with nothing in flight',
    edits: [
      { file: queue, search: 'elseif only_idle and limit.running > 0 then', replace: 'elseif false then' },
    ],
    tests: fairness,
    only: 'first syncs leave a slot',
  },
]

export { faults as queue }
