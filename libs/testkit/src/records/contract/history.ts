import { expect, test } from 'vitest'
import { brief, type FreshStream, instantOf, type ListedRecord } from '../stream-calls.ts'

export function historyContract(fresh: FreshStream): void {
  test('the versions of a record come newest first, with their payloads', async () => {
    const issues = fresh()
    await issues.save([
      { id: 'a', n: 1 },
      { id: 'b', n: 1 },
    ])
    await issues.save([{ id: 'a', n: 2 }])
    await issues.delete(['a'])
    await issues.save([{ id: 'a', n: 3 }])
    const { records, cursor } = await issues.versions('a')
    expect(values(records)).toEqual(['a3', 'a gone', 'a2', 'a1'])
    expect(brief(records)).toEqual(['a ADDED', 'a DELETED', 'a UPDATED', 'a ADDED'])
    expect(cursor).toBe('')
    expect(values((await issues.versions('b')).records)).toEqual(['b1'])
    expect((await issues.versions('never')).records).toEqual([])
  })

  test('the versions of a record come by pages', async () => {
    const issues = fresh()
    for (let n = 0; n < 7; n++) await issues.save([{ id: 'a', n }])
    const found: ListedRecord[] = []
    for (let cursor = ''; ; ) {
      const page = await issues.versions('a', { limit: 3, cursor })
      found.push(...page.records)
      cursor = page.cursor
      if (cursor === '') break
    }
    expect(values(found)).toEqual(['a6', 'a5', 'a4', 'a3', 'a2', 'a1', 'a0'])
  })

  test('as of a moment filters work as of then', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a', n: 1 }])
    await issues.save([
      { id: 'a', n: 2 },
      { id: 'b', n: 1 },
    ])
    const asOfMs = instantOf((await issues.list()).records[0])
    await issues.save([{ id: 'b', n: 2 }])
    const actions = ['RECORD_ACTION_ADDED'] as const
    expect(values((await issues.list({ asOfMs, actions: [...actions] })).records)).toEqual(['b1'])
    const both = issues.list({ asOfMs, ids: ['a'] })
    await expect(both).rejects.toMatchObject({ code: 'invalid_query_params' })
  })

  test('what a delete pass has deleted is in the history', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.save([
      { id: 'a', n: 1 },
      { id: 'b', n: 1 },
    ])
    const asOfMs = instantOf((await issues.list()).records[0])
    await issues.begin()
    await issues.save([{ id: 'a', n: 1 }])
    await issues.deleteUnseen()
    expect(values((await issues.list({ asOfMs })).records)).toEqual(['a1', 'b1'])
    expect(values((await issues.versions('b')).records)).toEqual(['b gone', 'b1'])
  })

  test('an emptied stream has no history', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a', n: 1 }])
    await issues.save([{ id: 'a', n: 2 }])
    await issues.empty()
    expect((await issues.versions('a')).records).toEqual([])
  })

  test('a moment before history began, or in the future, is refused by name', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a', n: 1 }])
    for (const asOfMs of [Date.parse('2020-01-01T00:00:00Z'), Date.now() + 24 * 3_600_000]) {
      await expect(issues.list({ asOfMs })).rejects.toMatchObject({
        code: 'invalid_query_params',
      })
    }
  })

  test('a prune takes the payloads of versions that were superseded before its cursor, too', async () => {
    const issues = fresh()
    await issues.save([
      { id: 'a', n: 1 },
      { id: 'b', n: 1 },
    ])
    await issues.save([{ id: 'a', n: 2 }])
    const until = (await issues.list()).records.at(-1)?._nango_metadata.cursor ?? ''
    await issues.save([{ id: 'b', n: 2 }])
    await issues.save([{ id: 'b', n: 3 }])
    await issues.prune(until)
    expect(values((await issues.versions('a')).records)).toEqual(['aundefined', 'aundefined'])
    expect(values((await issues.versions('b')).records)).toEqual(['b3', 'b2', 'bundefined'])
  })
}

/** `[n]` of each record, or its action where it is deleted. */
const values = (records: ListedRecord[]) =>
  records.map(({ id, n, _nango_metadata: { last_action } }) =>
    last_action === 'DELETED' ? `${id} gone` : `${id}${n}`,
  )
