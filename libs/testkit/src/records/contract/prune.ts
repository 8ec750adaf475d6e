import { expect, test } from 'vitest'
import { cursorOf, type FreshStream } from '../stream-calls.ts'

export function pruneContract(fresh: FreshStream): void {
  test('a pruned record keeps all but its payload', async () => {
    const issues = fresh()
    await issues.save([
      { id: 1, n: 1 },
      { id: 'b', n: 1 },
    ])
    const before = (await issues.list()).records
    expect(await issues.prune(cursorOf(before[1]))).toEqual({ count: 2, hasMore: false })
    const at = expect.stringMatching(/Z$/)
    const after = (await issues.list()).records
    expect(after).toEqual([
      { id: 1, _nango_metadata: { ...before[0]?._nango_metadata, pruned_at: at } },
      { id: 'b', _nango_metadata: { ...before[1]?._nango_metadata, pruned_at: at } },
    ])
    expect(await issues.count()).toEqual({ live: 2, bytes: 0 })
    expect((await issues.list({ ids: ['1'] })).records).toEqual([after[0]])
  })

  test('pruning goes up to its cursor, oldest first, and tells if there is more', async () => {
    const issues = fresh()
    await issues.save(['a', 'b', 'c', 'd'].map((id) => ({ id, n: 1 })))
    const until = cursorOf((await issues.list()).records[2])
    const pruned = async () =>
      (await issues.list()).records.filter((r) => r.n === undefined).map(({ id }) => id)
    expect(await issues.prune(until, 2)).toEqual({ count: 2, hasMore: true })
    expect(await pruned()).toEqual(['a', 'b'])
    expect(await issues.prune(until, 2)).toEqual({ count: 1, hasMore: false })
    expect(await pruned()).toEqual(['a', 'b', 'c'])
    expect(await issues.prune(until, 2)).toEqual({ count: 0, hasMore: false })
  })

  test('payloads of deleted records are pruned too', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a', n: 1 }])
    await issues.delete(['a'])
    const [record] = (await issues.list()).records
    expect(await issues.prune(cursorOf(record))).toMatchObject({ count: 1 })
    expect((await issues.list()).records[0]).not.toHaveProperty('n')
  })

  test('a pruned record is restored where it is if its content is the same', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a', n: 1 }])
    await issues.save([{ id: 'b' }])
    const before = await issues.list()
    await issues.prune(cursorOf(before.records[0]))
    expect(await issues.save([{ id: 'a', n: 1 }])).toMatchObject({ updated: 0, unchanged: 1 })
    expect(await issues.list()).toEqual(before)
    await issues.prune(cursorOf(before.records[0]))
    await issues.save([{ id: 'a', n: 1 }])
    expect(await issues.list()).toEqual(before)
    expect(await issues.count()).toEqual({ live: 2, bytes: 16 + 10 })
  })

  test('a pruned record moves if its content is another', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a', n: 1 }])
    await issues.save([{ id: 'b' }])
    await issues.prune(cursorOf((await issues.list()).records[0]))
    expect(await issues.save([{ id: 'a', n: 2 }])).toMatchObject({ updated: 1 })
    expect((await issues.list()).records).toMatchObject([{ id: 'b' }, { id: 'a', n: 2 }])
  })

  test('a restored record counts as seen', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.save([{ id: 'a', n: 1 }])
    await issues.prune(cursorOf((await issues.list()).records[0]))
    await issues.begin()
    await issues.save([{ id: 'a', n: 1 }])
    expect(await issues.deleteUnseen()).toMatchObject({ deleted: 0 })
  })

  test('a bad cursor prunes nothing', async () => {
    await expect(fresh().prune('nonsense')).rejects.toMatchObject({ code: 'invalid_cursor' })
  })

  test('a part is merged into a pruned record as into nothing', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a', x: 1, y: 1 }])
    await issues.prune(cursorOf((await issues.list()).records[0]))
    expect(await issues.merge([{ id: 'a', y: 2 }])).toMatchObject({ updated: 1 })
    const [record] = (await issues.list()).records
    expect(record).toMatchObject({ id: 'a', y: 2, _nango_metadata: { pruned_at: null } })
    expect(record).not.toHaveProperty('x')
  })
}
