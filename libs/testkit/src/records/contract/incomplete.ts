import { RECORD_ID_MAX_CHARS } from '@syncline/record/record-id'
import { expect, test } from 'vitest'
import { brief, type FreshStream, type StreamCalls } from '../stream-calls.ts'

export function incompleteContract(fresh: FreshStream): void {
  /** A stream of ten records, and a later run with an open window. */
  async function tracked(): Promise<StreamCalls> {
    const issues = fresh()
    await issues.begin()
    await issues.save(things(10))
    await issues.begin()
    await issues.trackDeletes()
    await issues.save(things(8))
    return issues
  }

  test('a pass that was not complete deletes nothing, says why, and closes its window', async () => {
    const issues = await tracked()
    expect(await issues.endTrackingDeletes(false, 'page 2 answered 500')).toMatchObject({
      deleted: 0,
      warning: expect.stringMatching(
        /^nothing was deleted: .*not complete \(page 2 answered 500\).*2 of the 10/,
      ),
    })
    expect(await issues.count()).toMatchObject({ live: 10 })
    await expect(issues.endTrackingDeletes()).rejects.toMatchObject({ code: 'no_delete_tracking' })
  })

  test('also if a mass delete is asked for, and if there is nothing to delete', async () => {
    const issues = await tracked()
    expect(await issues.endTrackingDeletes(true, 'why')).toMatchObject({ deleted: 0 })
    expect(await issues.deleteUnseen(true, 'why')).toMatchObject({ deleted: 0 })
    await issues.begin()
    await issues.trackDeletes()
    await issues.save(things(10))
    expect(await issues.endTrackingDeletes(false, 'why')).toMatchObject({
      deleted: 0,
      warning: expect.stringContaining('0 of the 10'),
    })
    expect(await issues.held()).toBeUndefined()
  })

  test('a mark stays with the window over attempts and runs, until it is closed', async () => {
    const issues = await tracked()
    await issues.markIncomplete('page 2 answered 500')
    await issues.markIncomplete('page 3 too')
    await issues.begin({ again: true })
    await issues.begin()
    await issues.trackDeletes()
    expect(await issues.endTrackingDeletes()).toMatchObject({
      deleted: 0,
      warning: expect.stringContaining('(page 2 answered 500)'),
    })
    await issues.begin()
    await issues.trackDeletes()
    await issues.save(things(8))
    expect(await issues.endTrackingDeletes()).toMatchObject({ deleted: 2, warning: '' })
  })

  test('a mark of a run holds for all its attempts, for a window that it opens later, and for no later run', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.save(things(10))
    await issues.begin()
    await issues.markIncomplete('page 1 answered 500')
    await issues.begin({ again: true })
    await issues.trackDeletes()
    const nothing = { deleted: 0, warning: expect.stringContaining('(page 1 answered 500)') }
    expect(await issues.deleteUnseen()).toMatchObject(nothing)
    expect(await issues.endTrackingDeletes()).toMatchObject(nothing)
    await issues.begin()
    await issues.save(things(8))
    expect(await issues.deleteUnseen()).toMatchObject({ deleted: 2, warning: '' })
  })

  test('marks do not count for a function that knows better; what it says itself does', async () => {
    for (const step of ['endTrackingDeletes', 'deleteUnseen'] as const) {
      const issues = await tracked()
      await issues.markIncomplete('page 2 answered 500')
      const { records, stream, writer } = issues
      const request = { stream, writer, allowIncomplete: true }
      if (step === 'deleteUnseen')
        expect(await records[step]({ ...request, incomplete: 'why' })).toMatchObject({ deleted: 0 })
      expect(await records[step](request)).toMatchObject({ deleted: 2, warning: '' })
    }
  })

  test('an attempt that was overtaken marks nothing', async () => {
    const issues = await tracked()
    const old = issues.writer
    await issues.begin({ again: true })
    await expect(issues.markIncomplete('why', old)).rejects.toMatchObject({ code: 'fenced' })
    expect(await issues.endTrackingDeletes()).toMatchObject({ deleted: 2 })
  })

  test('a record that could not be saved is seen, stays as it is, and is not created', async () => {
    const issues = await tracked()
    await issues.delete(['r0'])
    const before = await issues.all()
    expect(await issues.see(['r9', 'never', 'r0', 'r9'])).toMatchObject({
      added: 0,
      updated: 0,
      unchanged: 0,
    })
    expect(await issues.all()).toEqual(before)
    expect(await issues.endTrackingDeletes()).toMatchObject({ deleted: 1 })
    expect(brief(await issues.all()).slice(-2)).toEqual(['r0 DELETED', 'r8 DELETED'])
  })

  test('an id that no record can have is refused as seen', async () => {
    const issues = fresh()
    for (const id of ['', 'a\0b', 'x'.repeat(RECORD_ID_MAX_CHARS + 1)])
      await expect(issues.see([id])).rejects.toMatchObject({ code: 'invalid_record' })
  })

  test('what the guard has held back is listed, and may be deleted by the next pass once it is released', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.save(things(90))
    await issues.begin()
    expect(await issues.deleteUnseen()).toMatchObject({ deleted: 0, warning: expect.any(String) })
    const { runId } = issues.writer
    const { stream } = issues
    const found = { stream, runId, unseen: 90, live: 90, incomplete: '' }
    expect(await issues.held()).toMatchObject({ ...found, released: false })
    expect(await issues.release()).toMatchObject({ deletion: { ...found, released: true } })
    expect(await issues.release()).toMatchObject({ deletion: found })
    expect(await issues.held()).toMatchObject({ ...found, released: true })
    await issues.begin()
    await issues.trackDeletes()
    await issues.save([{ id: 'new' }])
    expect(await issues.endTrackingDeletes()).toMatchObject({ deleted: 90, warning: '' })
    expect(await issues.held()).toBeUndefined()
    // The guard is back.
    await issues.save(things(90))
    await issues.begin()
    expect(await issues.deleteUnseen()).toMatchObject({ deleted: 0 })
    expect(await issues.held()).toMatchObject({ unseen: 91, released: false })
  })

  test('a release is for the guard: it waits for a complete pass, and there is none for one that was not', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.save(things(90))
    await expect(issues.release()).rejects.toMatchObject({ code: 'not_found' })
    await issues.begin()
    await issues.deleteUnseen(false, 'page 2 answered 500')
    expect(await issues.held()).toMatchObject({ unseen: 90, incomplete: 'page 2 answered 500' })
    await expect(issues.release()).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('page 2 answered 500'),
    })
    await issues.begin()
    await issues.deleteUnseen()
    await issues.release()
    await issues.begin()
    await issues.deleteUnseen(false, 'why')
    expect(await issues.held()).toMatchObject({ incomplete: 'why', released: true })
    await issues.begin()
    expect(await issues.deleteUnseen()).toMatchObject({ deleted: 90 })
  })

  test('a pass that finds nothing to hold back, and an emptied stream, end what was held back', async () => {
    for (const end of ['pass', 'empty'] as const) {
      const issues = fresh()
      await issues.begin()
      await issues.save(things(90))
      await issues.begin()
      await issues.deleteUnseen()
      await issues.release()
      if (end === 'empty') {
        await issues.empty()
      } else {
        await issues.begin()
        await issues.save(things(90))
        await issues.deleteUnseen()
      }
      expect(await issues.held()).toBeUndefined()
      await issues.save(things(90))
      await issues.begin()
      expect(await issues.deleteUnseen()).toMatchObject({ deleted: 0, warning: expect.any(String) })
    }
  })

  test('held deletions of an environment come by pages, those of a connection by themselves', async () => {
    const environment = `env-${crypto.randomUUID()}`
    const streams = ['a', 'a/', 'b%', 'b%2'].flatMap((connection) =>
      ['Issue', 'User'].map((model) => fresh({ environment, connection, model, variant: 'it-s' })),
    )
    for (const stream of streams) {
      await stream.begin()
      await stream.save(things(20))
      await stream.begin()
      await stream.deleteUnseen()
    }
    const { records } = fresh()
    const names: string[] = []
    for (let cursor = ''; ; ) {
      const page = await records.listHeldDeletions({ environment, cursor, limit: 3 })
      expect(page.deletions.length).toBeLessThanOrEqual(3)
      names.push(...page.deletions.map(({ stream }) => `${stream?.connection} ${stream?.model}`))
      if (page.nextCursor === '') break
      cursor = page.nextCursor
    }
    expect(names.toSorted()).toEqual(
      streams.map(({ stream }) => `${stream.connection} ${stream.model}`).toSorted(),
    )
    for (const connection of ['a', 'a/', 'b%']) {
      const { deletions } = await records.listHeldDeletions({ environment, connection, limit: 10 })
      expect(deletions.map(({ stream }) => stream)).toEqual(
        ['Issue', 'User'].map((model) => ({ environment, connection, model, variant: 'it-s' })),
      )
    }
    expect(await records.listHeldDeletions({ environment: `${environment}x`, limit: 10 })).toEqual({
      deletions: [],
      nextCursor: '',
    })
  })
}

const things = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `r${i}` }))
