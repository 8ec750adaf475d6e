import { expect, test } from 'vitest'
import { TimeBudget, type TimeShare } from './time-budget.ts'

/** Lets each share spend as much as it may, in steps of 10 ms, for so long; gives what each has spent. */
function flood(shares: TimeShare[], forMs: number): number[] {
  const spent = shares.map(() => 0)
  for (let now = 0; now < forMs; now += 100) {
    for (const [i, share] of shares.entries()) {
      while (!share.isOverdrawn) {
        share.spend(10)
        spent[i] = (spent[i] ?? 0) + 10
      }
    }
    for (const share of shares) share.earn(100)
  }
  return spent
}

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)

test('one child alone takes no more than its own limit', () => {
  expect(sum(flood([new TimeBudget(0.75).share(0.5)], 100_000))).toBeLessThan(51_000)
})

test('eight children that flood take together no more than all may', () => {
  const budget = new TimeBudget(0.75)
  const spent = flood(
    Array.from({ length: 8 }, () => budget.share(0.5)),
    100_000,
  )
  expect(sum(spent)).toBeLessThan(75_000 + 8 * 600)
  expect(Math.max(...spent) - Math.min(...spent)).toBeLessThan(100)
})

test('a modest child waits for none of those that flood, and takes nothing from them by being there', () => {
  const budget = new TimeBudget(0.75)
  const floods = Array.from({ length: 3 }, () => budget.share(0.5))
  const modest = budget.share(0.5)
  for (let n = 0; n < 1000; n++) {
    flood(floods, 100)
    modest.spend(5)
    expect(modest.isOverdrawn).toBe(false)
    modest.earn(100)
  }
})

test('a share that was disposed is not counted', () => {
  const budget = new TimeBudget(0.5)
  const [stays, leaves] = [budget.share(0.5), budget.share(0.5)]
  leaves.spend(10_000)
  leaves[Symbol.dispose]()
  stays.spend(1000)
  stays.earn(1002)
  expect(stays.isOverdrawn).toBe(false)
})
