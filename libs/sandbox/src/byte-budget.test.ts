import { expect, test } from 'vitest'
import { ByteBudget } from './byte-budget.ts'

const settled = () => new Promise(setImmediate)

/** Names of the requests that were granted, in order. */
function recorder() {
  const got: string[] = []
  return { got, note: (name: string) => () => void got.push(name) }
}

test('a share takes no more than its part, so others find theirs', async () => {
  const budget = new ByteBudget({ totalBytes: 100, shares: 2 })
  const [greedy, other] = [budget.share(), budget.share()]
  const { got, note } = recorder()
  for (let n = 0; n < 10; n++) void greedy.take(10).then(note(`greedy ${n}`))
  await settled()
  expect(got).toHaveLength(5)
  expect(budget.usedBytes).toBe(50)
  await other.take(50)
  expect(budget.usedBytes).toBe(100)
})

test('all shares together take no more than the total, and freed bytes go to the waiting shares in turn', async () => {
  const budget = new ByteBudget({ totalBytes: 100, shares: 2 })
  const [a, b, c] = [budget.share(), budget.share(), budget.share()]
  await a.take(50)
  await b.take(50)
  const { got, note } = recorder()
  void c.take(30).then(note('c1'))
  void c.take(30).then(note('c2'))
  void b.take(30).then(note('b1'))
  a.give(50)
  await settled()
  expect(got).toEqual(['c1'])
  b.give(50)
  await settled()
  expect(got).toEqual(['c1', 'b1'])
  expect(budget.usedBytes).toBe(60)
  c.give(30)
  await settled()
  expect(got).toEqual(['c1', 'b1', 'c2'])
})

test('a piece that is larger than the part goes alone', async () => {
  const budget = new ByteBudget({ totalBytes: 100, shares: 4 })
  const share = budget.share()
  await share.take(80)
  expect(share.tryTake(1)).toBe(false)
  share.give(80)
  expect(share.tryTake(1)).toBe(true)
})

test('a small request does not overtake a large one that waits', async () => {
  const budget = new ByteBudget({ totalBytes: 10, shares: 1 })
  const share = budget.share()
  await share.take(6)
  const { got, note } = recorder()
  void share.take(8).then(note('large'))
  void share.take(1).then(note('small'))
  await settled()
  expect(got).toEqual([])
  expect(share.tryTake(1)).toBe(false)
  share.give(6)
  await settled()
  expect(got).toEqual(['large', 'small'])
})

test('a share that is closed refuses, and what it holds counts until it is given back', async () => {
  const budget = new ByteBudget({ totalBytes: 10, shares: 1 })
  const [ended, next] = [budget.share(), budget.share()]
  await ended.take(10)
  const waiting = ended.take(1)
  const { got, note } = recorder()
  void next.take(5).then(note('next'))
  ended.close(new Error('the run has ended'))
  await expect(waiting).rejects.toThrow('has ended')
  await expect(ended.take(1)).rejects.toThrow('has ended')
  await settled()
  expect(got).toEqual([])
  ended.give(10)
  await settled()
  expect(got).toEqual(['next'])
})

test('a request that is aborted lets those behind it through', async () => {
  const budget = new ByteBudget({ totalBytes: 10, shares: 1 })
  const share = budget.share()
  await share.take(6)
  const stop = new AbortController()
  const large = share.take(8, stop.signal)
  const { got, note } = recorder()
  void share.take(4).then(note('small'))
  stop.abort(new Error('too late'))
  await expect(large).rejects.toThrow('too late')
  await settled()
  expect(got).toEqual(['small'])
  expect(share.heldBytes).toBe(10)
})
