import { expect, test } from 'vitest'
import { brief, cursorOf, type FreshStream } from '../stream-calls.ts'

/** Writes that leave records alone which were modified behind a position. */
export function keepContract(fresh: FreshStream): void {
  test('what was modified after the position stays as it is; older and new records are saved', async () => {
    const issues = fresh()
    await issues.save([
      { id: 'old', n: 1 },
      { id: 'moved', n: 1 },
    ])
    const position = await issues.position()
    await issues.save([{ id: 'moved', n: 2 }])
    const saved = await issues.saveKeeping(
      [
        { id: 'old', n: 3 },
        { id: 'moved', n: 3 },
        { id: 'new', n: 3 },
      ],
      position,
    )
    expect(saved).toMatchObject({ added: 1, updated: 1, unchanged: 0 })
    const found = (await issues.all()).map(({ id, n }) => `${id} ${n}`).sort()
    expect(found).toEqual(['moved 2', 'new 3', 'old 3'])
  })

  test('behind the position that a save answers, its own records may be saved again, and later changes of others stay', async () => {
    const issues = fresh()
    const { position } = await issues.saveKeeping([{ id: 'a', n: 1 }, { id: 'b' }], await issues.position())
    expect(await issues.saveKeeping([{ id: 'a', n: 2 }], position)).toMatchObject({ updated: 1 })
    expect(await issues.saveKeeping([{ id: 'a', n: 3 }], position)).toMatchObject({ updated: 0 })
  })

  test('a save that modifies nothing answers no position', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a' }])
    const again = await issues.saveKeeping([{ id: 'a' }], await issues.position())
    expect(again).toMatchObject({ unchanged: 1 })
    expect(again.position).toBeUndefined()
  })

  test('parts and deletes leave them alone, too; a delete answers its position', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a', n: 1 }, { id: 'b' }])
    const position = await issues.position()
    await issues.save([{ id: 'a', n: 2 }])
    expect(await issues.saveKeeping([{ id: 'a', n: 3 }], position, 'SAVE_MODE_MERGE')).toMatchObject({
      updated: 0,
    })
    const deleted = await issues.deleteKeeping(['a', 'b'], position)
    expect(deleted).toMatchObject({ deleted: 1 })
    expect(deleted.position?.atMs).toBeGreaterThan(position?.atMs ?? Number.POSITIVE_INFINITY)
    expect(brief(await issues.all())).toEqual(['a UPDATED', 'b DELETED'])
  })

  test('a deleted record that was deleted after the position does not come back', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a' }])
    const position = await issues.position()
    await issues.delete(['a'])
    expect(await issues.saveKeeping([{ id: 'a', n: 2 }], position)).toMatchObject({ added: 0 })
    expect(brief(await issues.all())).toEqual(['a DELETED'])
  })

  test('what was left alone has been seen: delete detection does not delete it', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a', n: 1 }, { id: 'gone' }])
    const position = await issues.position()
    await issues.save([{ id: 'a', n: 2 }])
    await issues.begin()
    await issues.saveKeeping([{ id: 'a', n: 3 }], position)
    expect(await issues.deleteUnseen()).toMatchObject({ deleted: 1 })
    expect(brief(await issues.all())).toEqual(['a UPDATED', 'gone DELETED'])
  })

  test('in an empty stream everything that comes later is behind the position', async () => {
    const issues = fresh()
    const position = await issues.position()
    await issues.save([{ id: 'a', n: 1 }])
    expect(await issues.saveKeeping([{ id: 'a', n: 2 }], position)).toMatchObject({ updated: 0 })
  })

  test('a cursor names its own place: what follows it in the stream stays', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a', n: 1 }])
    await issues.save([{ id: 'b', n: 1 }])
    const [a] = await issues.all()
    const position = await issues.position(cursorOf(a))
    const values = ['a', 'b'].map((id) => ({ id, n: 2 }))
    expect(await issues.saveKeeping(values, position)).toMatchObject({ updated: 1 })
    expect((await issues.all()).map(({ id, n }) => `${id} ${n}`)).toEqual(['b 1', 'a 2'])
    await expect(issues.position('garbage')).rejects.toMatchObject({ code: 'invalid_cursor' })
  })
}
