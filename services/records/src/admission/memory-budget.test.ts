import { expect, test } from 'vitest'
import { MemoryBudget } from './memory-budget.ts'

const never = new AbortController().signal
const budget = () => new MemoryBudget(100, 'the queue')

test('one tenant alone gets half of the budget', () => {
  const b = budget()
  for (let n = 0; n < 5; n++) b.reserve('a', 10)
  expect(() => b.reserve('a', 10)).toThrow('the queue is full: environment a holds')
  expect(b.heldBytes).toBe(50)
})

test('a tenant that holds nothing finds room beside any number of greedy tenants', () => {
  const b = budget()
  for (let tenant = 0; tenant < 5; tenant++) {
    b.reserve(`t${tenant}`, 1)
    try {
      for (;;) b.reserve(`t${tenant}`, 1)
    } catch {
      // It has its share.
    }
    expect(b.heldBytes).toBeLessThan(100)
  }
})

test('the budget is never exceeded, whatever comes and goes', () => {
  const b = budget()
  const held: Disposable[] = []
  for (let n = 0; n < 1000; n++) {
    const [tenant, bytes] = [`t${(n * 7) % 5}`, 1 + ((n * 13) % 30)]
    try {
      held.push(b.reserve(tenant, bytes))
    } catch {
      held.splice((n * 31) % (held.length || 1), 1)[0]?.[Symbol.dispose]()
    }
    expect(b.heldBytes).toBeLessThanOrEqual(100)
  }
  for (const each of held) each[Symbol.dispose]()
  expect(b.heldBytes).toBe(0)
})

test('a reservation larger than the budget is admitted alone', () => {
  const b = budget()
  using _large = b.reserve('a', 1000)
  expect(() => b.reserve('b', 1)).toThrow('full')
})

test('a reservation that is given back twice counts once', () => {
  const b = budget()
  const first = b.reserve('a', 40)
  b.reserve('b', 30)
  first.shrinkTo(10)
  first.shrinkTo(20)
  first[Symbol.dispose]()
  first[Symbol.dispose]()
  expect(b.heldBytes).toBe(30)
})

test('what grows over the budget keeps others out until it is given back', () => {
  const changes: number[] = []
  const b = new MemoryBudget(100, 'the queue', (bytes) => changes.push(bytes))
  const first = b.reserve('a', 10)
  first.growTo(200)
  first.growTo(20)
  expect(() => b.reserve('b', 1)).toThrow('full')
  first.shrinkTo(50)
  using _second = b.reserve('b', 1)
  expect(changes).toEqual([10, 200, 50, 51])
})

test('callers that wait are admitted tenant by tenant, in turn', async () => {
  const b = budget()
  const first = b.reserve('a', 100)
  const order: string[] = []
  const wait = async (tenant: string) => {
    const reservation = await b.waitFor(tenant, 30, never)
    order.push(tenant)
    return reservation
  }
  const waiting = [wait('a'), wait('a'), wait('a'), wait('b')]
  first[Symbol.dispose]()
  const [a1, , , b1] = [await waiting[0], waiting[1], waiting[2], await waiting[3]]
  expect(order).toEqual(['a', 'b'])
  a1?.[Symbol.dispose]()
  await waiting[1]
  b1?.[Symbol.dispose]()
  await waiting[2]
  expect(order).toEqual(['a', 'b', 'a', 'a'])
  expect(b.heldBytes).toBe(60)
})

test('a caller that gives up is not admitted, and leaves no room taken', async () => {
  const b = budget()
  const first = b.reserve('a', 100)
  const abort = new AbortController()
  const waiting = b.waitFor('b', 10, abort.signal)
  abort.abort(new Error('given up'))
  await expect(waiting).rejects.toThrow('given up')
  first[Symbol.dispose]()
  expect(b.heldBytes).toBe(0)
})
