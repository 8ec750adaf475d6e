import { expect, test } from 'vitest'
import { chunksOf, type Progress, pagesOf, runBulk, sumOf } from './bulk.ts'

const ids = Array.from({ length: 250 }, (_, n) => `s${n}`)
const done = async (chunk: string[]) => chunk.map((id) => ({ id, done: true as const }))
const signal = new AbortController().signal

test('chunks of 100 are sent one after the other, and each is reported', async () => {
  const sizes: number[] = []
  const reports: number[] = []
  const act = (chunk: string[]) => {
    sizes.push(chunk.length)
    return done(chunk)
  }
  const onProgress = (progress: Progress) => reports.push(progress.done)
  const end = await runBulk({ chunks: chunksOf(ids), act, onProgress, signal })
  expect(sizes).toEqual([100, 100, 50])
  expect(reports).toEqual([100, 200, 250])
  expect(end).toEqual({ done: 250, accepted: 0, refused: [], unknown: [] })
})

test('what is refused is named with its reason', async () => {
  const error = { code: 'unknown_connection', message: 'gone' }
  const act = async (chunk: string[]) =>
    chunk.map((id) => (id === 's7' ? { id, error } : { id, done: true as const }))
  const end = await runBulk({ chunks: chunksOf(ids), act, onProgress: () => {}, signal })
  expect(end.done).toBe(249)
  expect(end.refused).toEqual([{ id: 's7', ...error }])
})

test('a chunk without an answer is not known, and the others are still done', async () => {
  const act = async (chunk: string[]) => {
    if (chunk[0] === 's100') throw new Error('the connection was reset')
    return done(chunk)
  }
  const end = await runBulk({ chunks: chunksOf(ids), act, onProgress: () => {}, signal })
  expect(end.done).toBe(150)
  expect(end.unknown).toEqual([{ ids: ids.slice(100, 200), message: 'the connection was reset' }])
  expect(sumOf(end)).toBe(250)
})

test('what the scheduler has not done yet is accepted, not done', async () => {
  const act = async (chunk: string[]) => (chunk.length < 100 ? 'accepted' : done(chunk))
  expect(await runBulk({ chunks: chunksOf(ids), act, onProgress: () => {}, signal })).toMatchObject({
    ...{ done: 200, accepted: 50 },
  })
})

test('after a stop no further chunk is sent', async () => {
  const stop = new AbortController()
  const act = (chunk: string[]) => {
    stop.abort()
    return done(chunk)
  }
  const end = await runBulk({ chunks: chunksOf(ids), act, onProgress: () => {}, signal: stop.signal })
  expect(end.done).toBe(100)
})

test('a list is followed to its end, also through empty pages', async () => {
  const pages: Record<string, { ids: string[]; next: string | null }> = {
    '': { ids: ['a'], next: '1' },
    1: { ids: [], next: '2' },
    2: { ids: ['b', 'c'], next: null },
  }
  const found: string[] = []
  for await (const chunk of pagesOf(async (cursor) => pages[cursor ?? ''] ?? { ids: [], next: null }))
    found.push(...chunk)
  expect(found).toEqual(['a', 'b', 'c'])
})
