import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { brief, type FreshStream, instantOf, type ListedRecord, type StreamCalls } from '../stream-calls.ts'

export function originContract(fresh: FreshStream): void {
  test('newest first is the order of changes backwards, page by page, with every filter', async () => {
    const issues = fresh()
    for (let n = 0; n < 4; n++) await issues.save(ids.slice(n).map((id) => ({ id, n })))
    await issues.delete(['b'])
    const oldest = await issues.all()
    expect(await backwards(issues)).toEqual([...oldest].reverse())
    const [middle] = oldest.slice(1)
    const modifiedAfterMs = instantOf(middle)
    const actions = ['RECORD_ACTION_UPDATED' as const]
    for (const filter of [{ modifiedAfterMs }, { actions }, { ids: ['b', 'a', 'none', 'd'] }]) {
      const { records } = await issues.list(filter)
      expect(await backwards(issues, filter)).toEqual(records.reverse())
    }
  })

  test('as of a moment newest first is what it was then, backwards', async () => {
    const issues = fresh()
    for (let n = 0; n < 3; n++) await issues.save(ids.slice(n).map((id) => ({ id, n })))
    const asOfMs = instantOf((await issues.all()).at(-1))
    await issues.save(ids.map((id) => ({ id, n: 9 })))
    await issues.delete(['a', 'c'])
    const { records } = await issues.list({ asOfMs })
    expect(records.map(({ id, n }) => `${id}${n}`)).toEqual(['a0', 'b1', 'c2', 'd2', 'e2'])
    expect(await backwards(issues, { asOfMs })).toEqual(records.reverse())
  })

  test('without payloads a record is its id and its metadata, with its run and its bytes', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.save([
      { id: 'a', text: 'x'.repeat(1000) },
      { id: 2, text: '' },
    ])
    const [first, second] = (await issues.list({ withoutPayload: true })).records
    const { runId: run_id } = issues.writer
    expect(Object.keys(first ?? {})).toEqual(['id', '_nango_metadata'])
    expect(first?._nango_metadata).toEqual({
      ...(await issues.list({ ids: [String(first?.id)] })).records[0]?._nango_metadata,
      run_id,
      bytes: first?.id === 'a' ? 1020 : 18,
    })
    expect([first?.id, second?.id].sort()).toEqual([2, 'a'])
    expect(first?._nango_metadata.pruned_at).toBeNull()
  })

  test('each version of a record has the run that saved it', async () => {
    const issues = fresh()
    const runs: string[] = []
    for (let n = 0; n < 3; n++) {
      await issues.begin()
      await issues.save([{ id: 'a', n }])
      runs.unshift(issues.writer.runId)
    }
    await issues.delete(['a'])
    const { records } = await issues.versions('a')
    expect(records.map(({ _nango_metadata }) => _nango_metadata)).toMatchObject(
      [runs[0], ...runs].map((run_id) => ({ run_id, bytes: 16 })),
    )
    const without = await issues.versions('a', { withoutPayload: true })
    expect(without.records).toEqual(records.map(({ _nango_metadata }) => ({ id: 'a', _nango_metadata })))
  })

  test('the changes of a run are its versions, also those that later runs have superseded', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.save([{ id: 'a' }, { id: 'b' }, { id: 'c' }])
    await issues.save([{ id: 'b', n: 1 }])
    await issues.delete(['c'])
    const { runId } = issues.writer
    await issues.begin()
    await issues.save([{ id: 'a', n: 2 }])
    const window = { fromMs: Date.now() - 60_000, toMs: Date.now() + 60_000 }
    const changesOf = async (of: string, limit: number) => {
      const found: string[] = []
      for (let cursor = ''; ; ) {
        const page = await issues.records.listRunChanges({
          ...{ stream: issues.stream, runId: of, ...window },
          ...{ limit, cursor },
        })
        found.push(...page.changes.map(({ id, action, bytes }) => `${id} ${action.slice(14)} ${bytes}`))
        if (page.nextCursor === '') return found
        cursor = page.nextCursor
      }
    }
    const expected = ['a ADDED 10', 'b ADDED 10', 'c ADDED 10', 'b UPDATED 16', 'c DELETED 10']
    expect(await changesOf(runId, 100)).toEqual(expected)
    expect(await changesOf(runId, 2)).toEqual(expected)
    expect(await changesOf(issues.writer.runId, 100)).toEqual(['a UPDATED 16'])
    expect(await changesOf(randomUUID(), 100)).toEqual([])
    const { changes } = await issues.records.listRunChanges({
      ...{ stream: issues.stream, runId, fromMs: window.toMs, toMs: window.toMs + 1, limit: 10 },
    })
    expect(changes).toEqual([])
  })

  test('streams that hold records come by connection, model and variant, base first', async () => {
    const [first, second] = [randomUUID(), randomUUID()]
    const connections: string[] = [first, second]
    for (const [connection, model, variant] of [
      [first, 'Issue', 'base'],
      [first, 'Issue', 'a'],
      [first, 'Issue', 'Z'],
      [first, 'Comment', 'z'],
      [second, 'Issue', 'base'],
    ] as const)
      await fresh({ connection, model, variant }).save([{ id: 'a' }])
    const { records } = fresh()
    const list = async (more: object) => {
      const { streams } = await records.listStreams({ environment: 'dev', connections, limit: 100, ...more })
      return streams.map((it) => `${connections.indexOf(it.connection)} ${it.model}::${it.variant}`)
    }
    const all = ['0 Comment::z', '0 Issue::base', '0 Issue::Z', '0 Issue::a', '1 Issue::base']
    expect(await list({})).toEqual(all)
    expect(await list({ limit: 2 })).toEqual(all.slice(0, 2))
    for (const [i, name] of all.entries()) {
      const [place, model = '', variant = ''] = name.split(/ |::/)
      const after = { environment: 'dev', connection: connections[Number(place)] ?? '', model, variant }
      expect(await list({ after })).toEqual(all.slice(i + 1))
    }
    expect(await list({ contains: 'UE::z' })).toEqual(['0 Issue::Z'])
    expect(await list({ contains: "%'_" })).toEqual([])
    expect(await list({ environment: 'other' })).toEqual([])
    expect(await list({ connections: [] })).toEqual([])
  })

  test('the size of a stream says when its records changed last', async () => {
    const issues = fresh()
    expect(await issues.lastModifiedMs()).toBe(0)
    await issues.save([{ id: 'a' }])
    await issues.delete(['a'])
    expect(await issues.lastModifiedMs()).toBe(instantOf((await issues.all()).at(-1)))
    expect(brief(await issues.all())).toEqual(['a DELETED'])
  })
}

const ids = ['a', 'b', 'c', 'd', 'e']

async function backwards(issues: StreamCalls, request: object = {}): Promise<ListedRecord[]> {
  const found: ListedRecord[] = []
  for (let cursor = ''; ; ) {
    const page = await issues.list({ newestFirst: true, limit: 2, cursor, ...request })
    found.push(...page.records)
    if (page.cursor === '') return found
    cursor = page.cursor
  }
}
