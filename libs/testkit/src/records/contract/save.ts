import { batchOf } from '@syncline/record'
import { expect, test } from 'vitest'
import { brief, type FreshStream } from '../stream-calls.ts'

export function saveContract(fresh: FreshStream): void {
  test('a save tells what is added, updated and unchanged, and is visible at once', async () => {
    const issues = fresh()
    const first = await issues.save([
      { id: 'a', n: 1 },
      { id: 'b', n: 1 },
    ])
    expect(first).toMatchObject({ added: 2, updated: 0, unchanged: 0 })
    const second = await issues.save([
      { id: 'a', n: 2 },
      { n: 1, id: 'b' },
    ])
    expect(second).toMatchObject({ added: 0, updated: 1, unchanged: 1 })
    const { records } = await issues.list()
    expect(brief(records)).toEqual(['b ADDED', 'a UPDATED'])
    expect(records[1]).toMatchObject({ id: 'a', n: 2 })
  })

  test('a record carries its payload as it was saved and its metadata', async () => {
    const issues = fresh()
    const payload = { id: 7, title: 'Tür 🚪 "x" \\', nested: { list: [1, null, { a: true }] } }
    await issues.save([payload])
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect((await issues.list()).records).toEqual([
      {
        ...payload,
        _nango_metadata: {
          first_seen_at: at,
          last_modified_at: at,
          last_action: 'ADDED',
          deleted_at: null,
          pruned_at: null,
          cursor: expect.any(String),
        },
      },
    ])
  })

  test('an update keeps when the record was first seen and moves it to the end', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a', n: 1 }])
    const [before] = (await issues.list()).records
    await issues.save([{ id: 'b' }])
    await issues.save([{ id: 'a', n: 2 }])
    const after = (await issues.list()).records.at(-1)
    expect(after?.id).toBe('a')
    expect(after?._nango_metadata.first_seen_at).toBe(before?._nango_metadata.first_seen_at)
    expect(after?._nango_metadata.last_modified_at).not.toBe(before?._nango_metadata.last_modified_at)
  })

  test('each commit has a later instant than the one before', async () => {
    const issues = fresh()
    for (let n = 0; n < 5; n++) await issues.save([{ id: `x${n}` }])
    const instants = (await issues.list()).records.map((record) => record._nango_metadata.last_modified_at)
    expect(new Set(instants).size).toBe(5)
    expect(instants).toEqual(instants.toSorted())
  })

  test('a repeated save changes nothing', async () => {
    const issues = fresh()
    const batch = [{ id: 'a' }, { id: 'b' }]
    await issues.save(batch)
    const before = await issues.list()
    expect(await issues.save(batch)).toMatchObject({ added: 0, updated: 0, unchanged: 2 })
    expect(await issues.list()).toEqual(before)
  })

  test('of an id twice in a batch the last record wins, and the id is reported', async () => {
    const issues = fresh()
    const saved = await issues.save([{ id: 'a', n: 1 }, { id: 'b' }, { id: 'a', n: 2 }])
    expect(saved).toMatchObject({ added: 2, duplicateIds: ['a'] })
    expect(await issues.count()).toMatchObject({ live: 2 })
    expect((await issues.list({ ids: ['a'] })).records).toMatchObject([{ id: 'a', n: 2 }])
  })

  test('ids keep what is odd about them, but for NULs', async () => {
    const issues = fresh()
    const ids = ['🚀', "it's", '\\', 'a/b', 'a||b', ' ', '\n', '%', '中'.repeat(255)]
    await issues.save([...ids.map((id) => ({ id })), { id: 'nu\0l' }, { id: 0 }])
    expect(await issues.save(ids.map((id) => ({ id })))).toMatchObject({ unchanged: ids.length })
    expect((await issues.list({ ids: [...ids, 'n\0ul', '0'] })).records).toHaveLength(ids.length + 2)
    expect((await issues.list({ ids: ['0'] })).records).toMatchObject([{ id: 0 }])
  })

  test('an empty save does nothing', async () => {
    expect(await fresh().save([])).toMatchObject({ added: 0 })
  })

  test('counts are of live records, and bytes of their payloads', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a', text: 'x'.repeat(1000) }, { id: 'b' }, { id: 'c' }])
    await issues.save([{ id: 'a' }])
    await issues.delete(['c'])
    expect(await issues.count()).toEqual({ live: 2, bytes: 3 * '{"id":"a"}'.length })
  })

  test('variants, models and connections are streams of their own', async () => {
    const base = fresh()
    const others = [
      { variant: 'other' },
      { model: 'PullRequest' },
      { connection: 'another' },
      { environment: 'prod' },
    ]
    await base.save([{ id: 'a', from: 'base' }])
    for (const other of others) {
      const issues = fresh({ ...base.stream, ...other })
      expect(await issues.count()).toEqual({ live: 0, bytes: 0 })
      expect(await issues.save([{ id: 'a', from: 'other' }])).toMatchObject({ added: 1 })
    }
    expect((await base.list()).records).toMatchObject([{ from: 'base' }])
  })

  test('a part is merged deeply into a live record, and counts as what changed', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a', keep: 1, deep: { x: 1, y: 2 }, list: [1, 2] }, { id: 'gone' }])
    await issues.delete(['gone'])
    const parts = [
      { id: 'a', deep: { y: 3 }, list: [9], keep: null },
      { id: 'gone', n: 1 },
      { id: 'never', n: 1 },
    ]
    expect(await issues.merge(parts)).toMatchObject({ added: 0, updated: 1, unchanged: 0 })
    const whole = { id: 'a', keep: null, deep: { x: 1, y: 3 }, list: [9] }
    const { records } = await issues.list()
    expect(brief(records)).toEqual(['gone DELETED', 'a UPDATED'])
    expect(records[1]).toMatchObject(whole)
    expect(await issues.merge(parts)).toMatchObject({ updated: 0, unchanged: 1 })
    expect(await issues.save([whole])).toMatchObject({ updated: 0, unchanged: 1 })
  })

  test('a record that lacks what the tables need is refused before anything is written', async () => {
    const issues = fresh()
    const bad = { id: 'b', numericId: false, payload: Buffer.from('{"id":"b"}'), hash: Buffer.alloc(15) }
    const { stream, writer } = issues
    const saved = issues.records.save({ stream, writer, mode: 'SAVE_MODE_REPLACE', batch: batchOf([bad]) })
    await expect(saved).rejects.toMatchObject({ code: 'invalid_record' })
    expect(await issues.all()).toEqual([])
  })

  test('of a part twice in a batch the last one is merged', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a', x: 0, y: 0 }])
    const merged = await issues.merge([
      { id: 'a', x: 1 },
      { id: 'a', y: 2 },
    ])
    expect(merged).toMatchObject({ updated: 1, duplicateIds: ['a'] })
    expect((await issues.list()).records).toMatchObject([{ id: 'a', x: 0, y: 2 }])
  })
}
