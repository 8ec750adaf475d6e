import { expect, test } from 'vitest'
import { Batcher } from './batcher.ts'

test('calls of one moment, and those that come during a batch, go together; each gets its own result', async () => {
  const batches: number[][] = []
  const doubled = new Batcher<number, number>(3, async (items) => {
    batches.push(items)
    await new Promise(setImmediate)
    return items.map((n) => 2 * n)
  })
  const first = [1, 2, 3, 4].map((n) => doubled.call(n))
  await first[0]
  const later = doubled.call(5)
  expect(await Promise.all([...first, later])).toEqual([2, 4, 6, 8, 10])
  expect(batches.flat()).toEqual([1, 2, 3, 4, 5])
  expect(batches[0]).toEqual([1, 2, 3])
  expect(await doubled.call(6)).toBe(12)
})

test('a batch that fails fails its own calls only', async () => {
  const picky = new Batcher<string, string>(1, async ([item]) => {
    if (item === 'bad') throw new Error('no')
    return [item ?? '']
  })
  const ends = await Promise.allSettled(['a', 'bad', 'b'].map((item) => picky.call(item)))
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})
