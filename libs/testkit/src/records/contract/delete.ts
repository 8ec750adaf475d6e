import { expect, test } from 'vitest'
import { brief, type FreshStream } from '../stream-calls.ts'

export function deleteContract(fresh: FreshStream): void {
  test('a deleted record moves to the end, keeps its last payload and is not counted', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a', n: 1 }, { id: 'b' }])
    expect(await issues.delete(['a'])).toMatchObject({ deleted: 1 })
    const { records } = await issues.list()
    expect(brief(records)).toEqual(['b ADDED', 'a DELETED'])
    const metadata = records[1]?._nango_metadata
    expect(records[1]).toMatchObject({ id: 'a', n: 1 })
    expect(metadata?.deleted_at).toBe(metadata?.last_modified_at)
    expect(await issues.count()).toMatchObject({ live: 1 })
  })

  test('a deleted record does not move when it is deleted again', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a' }])
    await issues.delete(['a'])
    const before = await issues.list()
    expect(await issues.delete(['a'])).toMatchObject({ deleted: 0 })
    expect(await issues.list()).toEqual(before)
  })

  test('deleting an unknown id leaves nothing behind', async () => {
    const issues = fresh()
    expect(await issues.delete(['never'])).toMatchObject({ deleted: 0 })
    expect(await issues.all()).toEqual([])
    expect(await issues.count()).toMatchObject({ live: 0 })
  })

  test.each([1, 2])(
    'a deleted record that comes back is added again, first seen now (content %d)',
    async (n) => {
      const issues = fresh()
      await issues.save([{ id: 'a', n: 1 }])
      const [before] = (await issues.list()).records
      await issues.delete(['a'])
      expect(await issues.save([{ id: 'a', n }])).toMatchObject({ added: 1 })
      const { records } = await issues.list()
      expect(brief(records)).toEqual(['a ADDED'])
      expect(records[0]?._nango_metadata.deleted_at).toBeNull()
      expect(records[0]?._nango_metadata.first_seen_at).not.toBe(before?._nango_metadata.first_seen_at)
      expect(await issues.count()).toMatchObject({ live: 1 })
    },
  )

  test('what a run has neither changed nor seen is deleted', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.save([{ id: 'same' }, { id: 'changed', n: 1 }, { id: 'gone' }, { id: 'deleted' }])
    await issues.delete(['deleted'])
    await issues.begin()
    await issues.save([{ id: 'same' }])
    await issues.save([{ id: 'changed', n: 2 }, { id: 'new' }])
    expect(await issues.deleteUnseen()).toMatchObject({ deleted: 1 })
    expect(brief(await issues.all())).toEqual([
      'same ADDED',
      'deleted DELETED',
      'changed UPDATED',
      'new ADDED',
      'gone DELETED',
    ])
    expect(await issues.deleteUnseen()).toMatchObject({ deleted: 0 })
    expect(await issues.count()).toMatchObject({ live: 3 })
  })

  test('a later attempt of a run has seen what earlier ones have seen', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.save([{ id: 'a' }, { id: 'b' }, { id: 'c' }])
    await issues.begin()
    await issues.save([{ id: 'a' }])
    await issues.begin({ again: true })
    await issues.save([{ id: 'b' }])
    expect(await issues.deleteUnseen()).toMatchObject({ deleted: 1 })
    expect(brief(await issues.all()).at(-1)).toBe('c DELETED')
  })

  test('a window of delete tracking survives runs that did not come to their end', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.save([{ id: 'a' }, { id: 'b' }, { id: 'c' }])
    await issues.begin()
    await issues.save([{ id: 'a' }]) // before the window is opened, but in its run
    await issues.trackDeletes()
    await issues.begin()
    await issues.trackDeletes()
    await issues.save([{ id: 'b' }])
    expect(await issues.endTrackingDeletes()).toMatchObject({ deleted: 1 })
    expect(brief(await issues.all()).at(-1)).toBe('c DELETED')
  })

  test('a window can be ended once', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.trackDeletes()
    await issues.endTrackingDeletes()
    await expect(issues.endTrackingDeletes()).rejects.toMatchObject({ code: 'no_delete_tracking' })
  })

  test('a window that was never opened can not be ended', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.save([{ id: 'a' }])
    await expect(issues.endTrackingDeletes()).rejects.toMatchObject({ code: 'no_delete_tracking' })
    expect(await issues.count()).toMatchObject({ live: 1 })
  })

  test('a pass that missed most of the stream deletes nothing and says so; the next complete pass decides anew', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.save(things(200))
    await issues.begin()
    await issues.trackDeletes()
    await issues.save(things(50)) // an error on page 2 was swallowed
    expect(await issues.endTrackingDeletes()).toMatchObject({
      deleted: 0,
      warning: expect.stringContaining('150 of the 200'),
    })
    expect(await issues.count()).toMatchObject({ live: 200 })
    // What the first pass saw counts for nothing: the window was closed.
    await issues.begin()
    await issues.trackDeletes()
    await issues.save(things(200).slice(30))
    expect(await issues.endTrackingDeletes()).toMatchObject({ deleted: 30, warning: '' })
    expect(await issues.count()).toMatchObject({ live: 170 })
  })

  test('a mass delete that is asked for happens', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.save(things(200))
    await issues.begin()
    await issues.trackDeletes()
    await issues.save(things(1))
    expect(await issues.endTrackingDeletes(true)).toMatchObject({ deleted: 199, warning: '' })
  })

  test('the guard also holds back what a run without a window would delete', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.save(things(200))
    await issues.begin()
    expect(await issues.deleteUnseen()).toMatchObject({
      deleted: 0,
      warning: expect.stringContaining('200 of the 200'),
    })
    expect(await issues.deleteUnseen(true)).toMatchObject({ deleted: 200 })
  })

  test('up to ten records may go, whatever their share, and up to half of any stream', async () => {
    for (const [gone, of] of [
      [1, 1],
      [3, 5],
      [10, 10],
    ] as const) {
      const few = fresh()
      await few.begin()
      await few.save(things(of))
      await few.begin()
      await few.save(things(of).slice(gone))
      expect(await few.deleteUnseen()).toMatchObject({ deleted: gone, warning: '' })
    }
    const half = fresh()
    await half.begin()
    await half.save(things(400))
    await half.begin()
    await half.save(things(200))
    expect(await half.deleteUnseen()).toMatchObject({ deleted: 200, warning: '' })
  })

  test('a run that never began can not tell what it has not seen', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a' }])
    await expect(issues.deleteUnseen()).rejects.toMatchObject({ code: 'no_delete_tracking' })
    await expect(issues.trackDeletes()).rejects.toMatchObject({ code: 'no_delete_tracking' })
    expect(await issues.count()).toMatchObject({ live: 1 })
  })
}

const things = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `r${i}` }))
