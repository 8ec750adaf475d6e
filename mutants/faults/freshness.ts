import type { Mutant } from '../mutant.ts'

const mark = 'services/scheduler/src/scripts/mark-stale.lua'
const stale = 'services/scheduler/src/scripts/shared/stale.lua'
const tests = ['services/scheduler/test/stale.test.ts']

export const freshness: Mutant[] = [
  {
    name: 'stale-schedule-told-twice',
    attacks: 'freshness: a schedule becomes stale once',
    edits: [{ file: mark, search: '(not was or was[4] ~= 1) and is_to_be_told', replace: 'is_to_be_told' }],
    tests,
    only: 'becomes stale once and fresh once',
  },
  {
    name: 'stale-schedule-not-told',
    attacks: 'freshness: each stale schedule has its event',
    edits: [{ file: mark, search: '      if tell then', replace: '      if false then' }],
    tests,
    only: 'becomes stale once and fresh once',
  },
  {
    name: 'outage-told-of-each-schedule',
    attacks: 'freshness: an outage is one event, not thousands',
    edits: [{ file: mark, search: 'if IS_OUTAGE[reason] then return false end', replace: '' }],
    tests,
    only: 'a reason of its own both show',
  },
  {
    name: 'outage-without-end',
    attacks: 'freshness: an outage ends with the last of its schedules',
    edits: [
      {
        file: stale,
        search: 'if IS_OUTAGE[was[1]] then leave_outage(environment_of(schedule), was[1]) end',
        replace: '',
      },
    ],
    tests,
    only: 'an outage ends with the last',
  },
  {
    name: 'fresh-schedule-marked-stale',
    attacks: 'freshness: what became fresh meanwhile is not told as stale',
    edits: [{ file: mark, search: ' and number(schedule.fresh_at) == found.freshAt', replace: '' }],
    tests,
    only: 'became fresh meanwhile',
  },
  {
    name: 'held-back-run-is-fresh',
    attacks: 'freshness: a run that held deletions back leaves the records as old as they were',
    edits: [
      {
        file: 'services/scheduler/src/scripts/shared/runs.lua',
        search: 'if ending.heldBack then',
        replace: 'if false then',
      },
    ],
    tests: ['services/scheduler/test/runs.test.ts'],
    only: 'a success that held deletions back',
  },
  {
    name: 'fleet-misses-changes-of-runs',
    attacks: 'lists of schedules: a call sees what was done before it',
    edits: [
      {
        file: 'services/scheduler/src/scripts/shared/prelude.lua',
        search: 'tell_change(entity.environment, schedule_of(entity.id))',
        replace: '',
      },
    ],
    tests: ['services/scheduler/test/fleet.test.ts'],
    only: 'a call sees what was done before it',
  },
  {
    name: 'fleet-misses-lost-changes',
    attacks: 'lists of schedules: when changes are missing, all is read again',
    edits: [
      {
        file: 'services/scheduler/src/fleet/fleet.ts',
        search: 'const isLost = changes.behind ||',
        replace: "const isLost = (this.#last === '' && changes.behind) ||",
      },
    ],
    tests: ['services/scheduler/test/fleet.test.ts'],
    only: 'a fleet in memory is what is in Redis',
  },
]
