import type { Mutant } from '../mutant.ts'

const scripts = 'libs/outgoing/src/budget/scripts'
const prelude = `${scripts}/prelude.lua`
const take = `${scripts}/take.lua`
const learn = `${scripts}/learn.lua`
const budgets = 'libs/outgoing/src/budget/budgets.ts'
const shares = ['libs/outgoing/test/budget/fair-shares.test.ts']
const learned = ['libs/outgoing/test/budget/learned.test.ts']

export const budget: Mutant[] = [
  {
    name: 'budget-period-ends-early',
    attacks: 'no period has more requests than the API allows',
    edits: [{ file: prelude, search: 'ARGV[3] + math.min(1000, ARGV[3] * 0.03)', replace: 'ARGV[3] * 0.9' }],
    tests: shares,
    only: 'no period has more',
  },
  {
    name: 'budget-calls-in-order-of-arrival',
    attacks: 'connections get equal shares',
    edits: [
      {
        file: take,
        search: 'add(NEXT[lane], tag + 1, connection)',
        replace: 'add(NEXT[lane], tag, connection)',
      },
    ],
    tests: shares,
    only: 'connections that wait get equal shares',
  },
  {
    name: 'budget-counts-the-absent',
    attacks: 'who does not ask delays nobody',
    edits: [
      {
        file: take,
        search: 'local ahead = ahead_in({ WAITING })',
        replace: 'local ahead = ahead_in({ WAITING, AWAY, LATE })',
      },
    ],
    tests: shares,
    only: 'connections that die while they wait',
  },
  {
    name: 'budget-forgets-who-left',
    attacks: 'who was sent away keeps its place',
    edits: [
      {
        file: prelude,
        search: 'ipairs({ WAITING, AWAY, LATE }) do\n    local tag',
        replace: 'ipairs({ WAITING }) do\n    local tag',
      },
    ],
    tests: shares,
    only: 'first when it comes back',
  },
  {
    name: 'budget-lanes-are-equal',
    attacks: 'a backfill does not starve the fresh',
    edits: [{ file: prelude, search: 'local WEIGHT = { 3, 1 }', replace: 'local WEIGHT = { 1, 1 }' }],
    tests: shares,
    only: 'three quarters',
  },
  {
    name: 'budget-first-lane-starves',
    attacks: 'a backfill goes on beside the fresh',
    edits: [{ file: prelude, search: 'local WEIGHT = { 3, 1 }', replace: 'local WEIGHT = { 1000, 1 }' }],
    tests: shares,
    only: 'three quarters',
  },
  {
    name: 'budget-burst-of-an-hour',
    attacks: 'a long period is not used up in one burst',
    edits: [{ file: prelude, search: 'requests > 0 and period > LONG_PERIOD_MS', replace: 'false' }],
    tests: shares,
    only: 'not used up in one burst',
  },
  {
    name: 'budget-keys-without-end',
    attacks: 'all that Redis has of a budget expires',
    edits: [{ file: prelude, search: "  redis.call('PEXPIRE', key, QUEUE_TTL_MS)\n", replace: '' }],
    tests: shares,
    only: 'all keys expire',
  },
  {
    name: 'budget-block-without-bound',
    attacks: 'a wrong header blocks for an hour at most',
    edits: [{ file: learn, search: 'math.min(hint, longest)', replace: 'hint' }],
    tests: learned,
    only: 'year 3000',
  },
  {
    name: 'budget-one-account-blocks-all',
    attacks: 'an account that is refused blocks itself only',
    edits: [
      { file: learn, search: 'local everybody = not shared', replace: 'local everybody = true' },
      { file: learn, search: 'if shared then\n  if now', replace: 'if false then\n  if now' },
    ],
    tests: learned,
    only: 'blocks itself only',
  },
  {
    name: 'budget-absent-for-ever',
    attacks: 'what one process learns reaches the others within a second',
    edits: [{ file: budgets, search: 'const ABSENT_MS = 1000', replace: 'const ABSENT_MS = 100_000' }],
    tests: learned,
    only: 'within a second',
  },
  {
    name: 'budget-fails-closed',
    attacks: 'calls go on while Redis is away',
    edits: [{ file: budgets, search: 'if (!isAway(error)) throw error', replace: 'throw error' }],
    tests: ['libs/outgoing/test/budget/redis-away.test.ts'],
    only: 'calls go on',
  },
]
