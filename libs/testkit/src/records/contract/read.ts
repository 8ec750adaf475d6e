import { expect, test } from 'vitest'
import { brief, type FreshStream, type ListedRecord } from '../stream-calls.ts'

export function readContract(fresh: FreshStream): void {
  test('records come in pages, each exactly once', async () => {
    const issues = fresh()
    await issues.save(many(200))
    await issues.save(many(300).slice(200))
    const records = await issues.all(10)
    expect(ids(records)).toEqual(ids(await issues.all(100)))
    expect(new Set(ids(records)).size).toBe(300)
    expect(records).toHaveLength(300)
  })

  test('there is a next cursor only if there is more', async () => {
    const issues = fresh()
    await issues.save(many(4))
    expect((await issues.list({ limit: 4 })).cursor).toBe('')
    const { records, cursor } = await issues.list({ limit: 3 })
    expect(cursor).toBe(records[2]?._nango_metadata.cursor)
    expect(await issues.list({ limit: 3, cursor })).toMatchObject({ records: [{ id: 'r00003' }], cursor: '' })
    expect((await fresh().list()).records).toEqual([])
  })

  test('a reader who follows cursors finds what changes meanwhile at the end', async () => {
    const issues = fresh()
    await issues.save(many(300))
    const first = await issues.list({ limit: 100 })
    await issues.save([{ id: 'r00005', n: 1 }, { id: 'r00150', n: 1 }, { id: 'new' }])
    await issues.delete(['r00250'])
    const rest: ListedRecord[] = []
    for (let cursor = first.cursor; cursor !== ''; ) {
      const page = await issues.list({ limit: 100, cursor })
      rest.push(...page.records)
      cursor = page.cursor
    }
    expect(rest).toHaveLength(200 - 2 + 4)
    expect(brief(rest).slice(-4)).toEqual(['new ADDED', 'r00005 UPDATED', 'r00150 UPDATED', 'r00250 DELETED'])
  })

  test('filters give the union of their actions', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a' }, { id: 'u', n: 1 }, { id: 'd' }])
    await issues.save([{ id: 'u', n: 2 }])
    await issues.delete(['d'])
    const [ADDED, UPDATED, DELETED] = [
      'RECORD_ACTION_ADDED',
      'RECORD_ACTION_UPDATED',
      'RECORD_ACTION_DELETED',
    ] as const
    const listed = async (...actions: (typeof ADDED | typeof UPDATED | typeof DELETED)[]) =>
      ids((await issues.list({ actions })).records)
    expect(await listed(ADDED)).toEqual(['a'])
    expect(await listed(UPDATED)).toEqual(['u'])
    expect(await listed(DELETED)).toEqual(['d'])
    expect(await listed(ADDED, DELETED)).toEqual(['a', 'd'])
    expect(await listed(UPDATED, DELETED)).toEqual(['u', 'd'])
    expect(await listed(ADDED, UPDATED, DELETED)).toEqual(['a', 'u', 'd'])
  })

  test('modified after an instant means strictly after it, also with a cursor', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a' }])
    await issues.save([{ id: 'b' }])
    await issues.save([{ id: 'c' }])
    const [a, b] = (await issues.list()).records
    const modifiedAfterMs = Date.parse(a?._nango_metadata.last_modified_at ?? '')
    expect(ids((await issues.list({ modifiedAfterMs })).records)).toEqual(['b', 'c'])
    const cursor = b?._nango_metadata.cursor ?? ''
    expect(ids((await issues.list({ modifiedAfterMs, cursor })).records)).toEqual(['c'])
  })

  test('records are found by their ids, in order, by pages, unknown ones ignored', async () => {
    const issues = fresh()
    await issues.save(many(50))
    await issues.save([{ id: 'r00003', n: 1 }])
    const wanted = ['r00003', 'r00001', 'never', 'r00002', 'r00002']
    expect(ids((await issues.list({ ids: wanted })).records)).toEqual(['r00001', 'r00002', 'r00003'])
    const page = await issues.list({ ids: wanted, limit: 2 })
    expect(ids(page.records)).toEqual(['r00001', 'r00002'])
    expect(await issues.list({ ids: wanted, limit: 2, cursor: page.cursor })).toMatchObject({
      records: [{ id: 'r00003' }],
      cursor: '',
    })
    const updated = await issues.list({ ids: wanted, actions: ['RECORD_ACTION_UPDATED'] })
    expect(ids(updated.records)).toEqual(['r00003'])
    expect((await issues.list({ ids: ['never'] })).records).toEqual([])
  })

  test('a cursor is a position: of another stream or of no record it works too', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a' }])
    const past = Buffer.from('2024-01-15T10:31:00.000Z||1234567').toString('base64')
    expect(ids((await issues.list({ cursor: past })).records)).toEqual(['a'])
  })

  test('a cursor that is none is refused by name', async () => {
    await expect(fresh().list({ cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'invalid_cursor',
      message: expect.stringContaining("'nonsense'"),
    })
  })

  test('records of one commit come in the order of the bytes of their ids', async () => {
    const issues = fresh()
    const inOrder = ['A', 'a', 'b', 'é', '中', 'ﬁ', '🚀']
    await issues.save(inOrder.toReversed().map((id) => ({ id })))
    expect(ids(await issues.all(2))).toEqual(inOrder)
  })
}

const ids = (records: ListedRecord[]) => records.map(({ id }) => id)
const many = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `r${String(i).padStart(5, '0')}` }))
