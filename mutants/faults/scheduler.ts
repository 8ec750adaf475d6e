import type { Mutant } from '../mutant.ts'

const script = (name: string) => `services/scheduler/src/scripts/${name}.lua`
const runsLua = script('shared/runs')
const claim = script('claim-due')
const test = (name: string) => [`services/scheduler/test/${name}.test.ts`]
const runs = test('runs')
const throttled = test('throttled')

export const scheduler: Mutant[] = [
  {
    name: 'locks-outlive-their-attempt',
    attacks: 'locks are free when the attempt ends that has them',
    edits: [{ file: runsLua, search: '    free_locks(lock_owner(run))\n', replace: '' }],
    tests: test('locks'),
    only: 'the locks of an attempt',
  },
  {
    name: 'lock-of-a-superseded-attempt',
    attacks: 'an attempt that was superseded takes no lock',
    edits: [
      {
        file: script('acquire-lock'),
        search: 'if reason then return { 0, reason, 0 } end',
        replace: '',
      },
    ],
    tests: test('locks'),
    only: 'an attempt that was superseded takes no lock',
  },
  {
    name: 'lock-of-another-freed',
    attacks: 'an owner frees its own locks only',
    edits: [{ file: script('release-locks'), search: '~= args.owner', replace: "== ''" }],
    tests: test('locks'),
    only: 'a lock has one owner at a time',
  },
  {
    name: 'slot-claimed-twice',
    attacks: '5: every slot runs once',
    edits: [{ file: claim, search: ' and number(schedule.next_at) == computed.slot', replace: '' }],
    tests: test('ticks'),
    only: 'two instances that compute the same slot of cron',
  },
  {
    name: 'slot-while-a-run-is-active',
    attacks: '4: one live run per schedule',
    edits: [
      { file: claim, search: 'if not run then return begin_run', replace: 'if true then return begin_run' },
    ],
    tests: runs,
    only: 'a slot that comes while a run is active',
  },
  {
    name: 'skipped-slot-not-counted',
    attacks: '5: skipped for a counted reason',
    edits: [
      {
        file: claim,
        search: "skip_and_tell(schedule, slot, args.now, missed, 'scheduler_down')",
        replace: '',
      },
    ],
    tests: runs,
    only: 'slots that were missed are counted',
  },
  {
    name: 'skipped-slot-without-its-reason',
    attacks: '5: skipped for a counted reason',
    edits: [{ file: claim, search: 'wait_reason(schedule, run))', replace: "'overlap')" }],
    tests: runs,
    only: 'a slot that comes while a run is active',
  },
  {
    name: 'trigger-during-a-run-lost',
    attacks: '5, 6: an accepted trigger happens',
    edits: [
      {
        file: runsLua,
        search:
          '    pending = cause, pending_number = reserved or math.max(number(schedule.number) + 1, math.floor(args.now / 100)),\n',
        replace: '',
      },
    ],
    tests: runs,
    only: 'triggers that come while a run is queued or running',
  },
  {
    name: 'trigger-after-a-run-twice',
    attacks: '5: triggers are coalesced',
    edits: [{ file: runsLua, search: "active = '1', pending = '',", replace: "active = '1'," }],
    tests: runs,
    only: 'triggers that come while a run is queued or running',
  },
  {
    name: 'old-attempt-may-act',
    attacks: '4: an attempt that was taken over can neither save, nor end the run',
    edits: [{ file: runsLua, search: 'if number(run.attempt) ~= attempt then', replace: 'if false then' }],
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
    edits: [{ file: runsLua, search: "  redis.call('DEL', run.key)\n", replace: '' }],
    tests: runs,
    only: 'the end of a run counts once',
  },
  {
    name: 'fence-of-a-schedule-made-again',
    attacks: '4: fences never go back',
    edits: [
      {
        file: runsLua,
        search: 'math.max(number(schedule.number) + 1, math.floor(args.now / 100))',
        replace: '(number(schedule.number) + 1)',
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
        file: runsLua,
        search: 'math.max(number(schedule.number) + 1, math.floor(args.now / 100))',
        replace: 'math.floor(args.now / 100)',
      },
    ],
    tests: runs,
    only: 'fences grow from run to run',
  },
  {
    name: 'command-applied-twice',
    attacks: '6: a command has one effect',
    edits: [
      {
        file: script('shared/prelude'),
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
        search: "change(schedule, { state = 'PAUSED', paused_at",
        replace: 'change(schedule, { paused_at',
      },
    ],
    tests: runs,
    only: 'a pause lets a running run finish',
  },
  {
    name: 'blocked-schedule-fires',
    attacks: '6: a connection without credentials takes no slots',
    edits: [
      {
        file: script('shared/prelude'),
        search: "schedule.state ~= 'PAUSED' and not schedule.blocked",
        replace: "schedule.state ~= 'PAUSED'",
      },
    ],
    tests: test('blocked'),
    only: 'a blocked schedule takes no slot',
  },
  {
    name: 'schedule-made-while-it-is-removed',
    attacks: '7: records of a deleted connection are gone',
    edits: [
      {
        file: script('create-schedules'),
        search: "if redis.call('HEXISTS', cleaning, id) == 1 then return 'cleaning' end",
        replace: '',
      },
    ],
    tests: test('removal'),
    only: 'records are still being removed',
  },
  {
    name: 'throttled-report-counts-twice',
    attacks: '4, 5: an attempt that has ended says nothing more',
    edits: [
      { file: runsLua, search: "if run.state ~= 'RUNNING' then return", replace: 'if false then return' },
    ],
    tests: throttled,
    only: 'what a throttled attempt says later is ignored',
  },
  {
    name: 'throttled-run-begun-before-its-time',
    attacks: '5: a run that waits for its API is not begun',
    edits: [{ file: script('end-attempts'), search: 'delay(run, not_before)', replace: 'enqueue(run)' }],
    tests: throttled,
    only: 'handed out when its time has come, not before',
  },
  {
    name: 'throttled-run-never-begun-again',
    attacks: '5: a throttled run goes on',
    edits: [{ file: claim, search: 'if run then enqueue(run) end', replace: '' }],
    tests: throttled,
    only: 'handed out when its time has come, not before',
  },
  {
    name: 'throttled-runs-fill-their-environment',
    attacks: '5: an API that makes its runs wait delays no other',
    edits: [
      {
        file: script('end-attempts'),
        search: '  release(run)\n  change(run, {\n    throttles',
        replace: '  change(run, {\n    throttles',
      },
    ],
    tests: throttled,
    only: 'however many runs of one API are throttled',
  },
]
