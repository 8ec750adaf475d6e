import { randomUUID } from 'node:crypto'
import { wholePage } from '@syncline/record'
import { expect, test } from 'vitest'
import { brief, type FreshStream } from '../stream-calls.ts'

export function runsContract(fresh: FreshStream): void {
  test('an attempt that was overtaken can write nothing any more', async () => {
    const issues = fresh()
    await issues.begin()
    const old = issues.writer
    await issues.save([{ id: 'a' }])
    await issues.begin({ again: true })
    await expect(issues.save([{ id: 'b' }], old)).rejects.toMatchObject({ code: 'fenced' })
    await expect(issues.delete(['a'], old)).rejects.toMatchObject({ code: 'fenced' })
    const begin = issues.records.begin({ streams: [issues.stream], writer: old, empty: true })
    await expect(begin).rejects.toMatchObject({ code: 'fenced' })
    expect(brief(await issues.all())).toEqual(['a ADDED'])
    await issues.save([{ id: 'b' }])
  })

  test('fences are of one sync: another one writes to the same stream as it likes', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.save([{ id: 'a' }])
    await issues.save([{ id: 'b' }], { runId: randomUUID(), sync: 'webhook', fence: 1 })
    expect(await issues.count()).toMatchObject({ live: 2 })
  })

  test('a later attempt learns what the run has changed so far', async () => {
    const issues = fresh()
    await issues.begin()
    await issues.save([
      { id: 'a', n: 1 },
      { id: 'b', n: 1 },
    ])
    expect(await issues.begin()).toEqual({ counts: [] })
    await issues.save([
      { id: 'a', n: 2 },
      { id: 'c', n: 1 },
    ])
    await issues.save([{ id: 'c', n: 2 }])
    await issues.delete(['b'])
    expect(await issues.begin({ again: true })).toEqual({
      counts: [{ model: 'Issue', added: 1, updated: 1, deleted: 1 }],
    })
  })

  test('an emptied stream is empty at once and begins anew', async () => {
    const issues = fresh()
    await issues.save([{ id: 'a' }])
    const [before] = (await issues.list()).records
    await issues.empty()
    expect(await issues.all()).toEqual([])
    expect(await issues.count()).toEqual({ live: 0, bytes: 0 })
    expect(await issues.save([{ id: 'a' }])).toMatchObject({ added: 1 })
    const { records } = await issues.list({ cursor: before?._nango_metadata.cursor ?? '' })
    expect(brief(records)).toEqual(['a ADDED'])
  })

  test('a run empties its streams once, however many attempts it takes', async () => {
    const issues = fresh()
    await issues.save([{ id: 'old' }])
    await issues.begin({ empty: true })
    expect(await issues.all()).toEqual([])
    await issues.save([{ id: 'new' }])
    await issues.begin({ empty: true, again: true })
    expect(brief(await issues.all())).toEqual(['new ADDED'])
    await issues.begin({ empty: true })
    expect(await issues.all()).toEqual([])
  })

  test('lines of a run come back in order, once, the newest if they are too many', async () => {
    const { records } = fresh()
    const of = { environment: 'dev', runId: randomUUID() }
    const atMs = Date.now()
    const line = (message: string) => ({ atMs, level: 'LOG_LEVEL_WARN' as const, message })
    const lines = [line('one'), line('two ü')]
    const other = { ...of, runId: randomUUID() }
    const one = { attempt: 1, first: 0, lines }
    await records.appendLogs({
      runs: [
        { ...of, ...one },
        { ...other, ...one },
      ],
    })
    await records.appendLogs({ runs: [{ ...of, ...one }] })
    await records.appendLogs({ runs: [{ ...of, attempt: 2, first: 0, lines: [line('three')] }] })
    expect((await records.listLogs({ ...other, limit: 10 })).lines).toEqual(lines)
    const all = await records.listLogs({ ...of, limit: 10 })
    expect(all.lines).toEqual([...lines, line('three')])
    const last = await records.listLogs({ ...of, limit: 2 })
    expect(last.lines.map(({ message }) => message)).toEqual(['two ü', 'three'])
    expect(await records.listLogs({ ...of, runId: 'other', limit: 2 })).toMatchObject({
      ...{ lines: [], nextCursor: '' },
    })
  })

  test('the log of a run is followed by a cursor: each line comes once', async () => {
    const { records } = fresh()
    const of = { environment: 'dev', runId: randomUUID() }
    const line = (message: string) => ({ atMs: Date.now(), level: 'LOG_LEVEL_INFO' as const, message })
    const append = (attempt: number, first: number, ...messages: string[]) =>
      records.appendLogs({ runs: [{ ...of, attempt, first, lines: messages.map(line) }] })
    await append(1, 0, 'a', 'b')
    const seen: string[] = []
    let cursor = (await records.listLogs({ ...of, limit: 1 })).nextCursor
    const follow = async () => {
      const { lines, nextCursor } = await records.listLogs({ ...of, cursor, limit: 2 })
      seen.push(...lines.map(({ message }) => message))
      cursor = nextCursor
      return lines.length
    }
    expect(await follow()).toBe(0)
    await append(1, 2, 'c', 'd', 'e')
    await append(2, 0, 'f')
    while ((await follow()) > 0);
    expect(seen).toEqual(['c', 'd', 'e', 'f'])
  })

  test('what is told of the attempts of a run comes back in order, once, and only for its environment', async () => {
    const { records } = fresh()
    const of = { environment: 'dev', runId: randomUUID() }
    const at = Date.now()
    const attempt = (number: number) => ({
      ...{
        ...of,
        attempt: number,
        runner: 'host/1/a',
        startedAtMs: at,
        endedAtMs: at + number,
        outcome: 'failed',
      },
      calls: [{ host: 'a.io', status: 200, count: number }],
      position: { file: 'issues.ts', line: 3, column: 1, source: [{ line: 3, text: 'throw ü' }] },
    })
    await records.appendAttempts({ attempts: [attempt(2), { ...attempt(1), runId: 'other' }] })
    await records.appendAttempts({ attempts: [attempt(1), attempt(2)] })
    const { attempts } = await records.listAttempts(of)
    expect(attempts).toMatchObject([attempt(1), attempt(2)])
    expect(await records.listAttempts({ ...of, environment: 'prod' })).toEqual({ attempts: [] })
  })

  test('a call without its stream is refused', async () => {
    await expect(wholePage(fresh().records.listRecords({ limit: 1 }))).rejects.toMatchObject({
      code: 'invalid_body',
    })
  })

  test('a save with a higher fence is enough to shut out the lower ones of its sync', async () => {
    const issues = fresh()
    const { writer } = issues
    await issues.save([{ id: 'a' }], { ...writer, fence: writer.fence + 1 })
    await expect(issues.save([{ id: 'b' }], writer)).rejects.toMatchObject({ code: 'fenced' })
    expect(await issues.count()).toMatchObject({ live: 1 })
  })
}
