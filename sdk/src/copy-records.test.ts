import { expect, test } from 'vitest'
import { type CopyOptions, copyRecords, type RecordBatch } from './copy-records.ts'
import type { ListRecordsRequestConfig } from './types.ts'

interface Thing {
  id: string
}

/** A stream of ten changes: record 3 is deleted, record 5 is pruned. */
const changes = Array.from({ length: 10 }, (_, index) => ({
  id: `${index}`,
  _nango_metadata: {
    first_seen_at: '',
    last_modified_at: '',
    last_action: index === 3 ? ('DELETED' as const) : ('ADDED' as const),
    deleted_at: null,
    pruned_at: index === 5 ? '2026-01-01T00:00:00.000Z' : null,
    cursor: `c${index}`,
  },
}))

async function list({ cursor, limit = 100 }: ListRecordsRequestConfig, all = changes) {
  const from = cursor == null ? 0 : all.findIndex(({ _nango_metadata: it }) => it.cursor === cursor) + 1
  const records = all.slice(from, from + limit)
  const last = records.at(-1)?._nango_metadata.cursor ?? null
  return { records, next_cursor: from + limit < all.length ? last : null }
}

function place(batchSize: number) {
  const saved: string[] = []
  const options: Omit<CopyOptions<Thing>, 'apply'> = {
    ...{ providerConfigKey: 'github', connectionId: 'c', model: 'Thing', batchSize, until: 'caughtUp' },
    cursor: { load: () => saved.at(-1), save: (cursor) => saved.push(cursor) },
  }
  return { saved, options }
}

test('a copy has what is there, and deletions and pruned records apart', async () => {
  const { saved, options } = place(4)
  const batches: RecordBatch<Thing>[] = []
  const result = await copyRecords({ ...options, apply: (batch) => batches.push(batch) }, list)
  expect(result).toEqual({ cursor: 'c9', upserts: 8, deletions: 1 })
  expect(saved).toEqual(['c3', 'c7', 'c9'])
  expect(batches.map((batch) => batch.upserts.map(({ id }) => id).join(''))).toEqual(['012', '467', '89'])
  expect(batches[0]?.deletions.map(({ id }) => id)).toEqual(['3'])
  expect(batches[1]?.pruned.map(({ id }) => id)).toEqual(['5'])
})

test('a copy that dies between apply and save, at any batch, skips nothing and repeats that batch', async () => {
  for (let dies = 1; dies <= 4; dies++) {
    const { saved, options } = place(3)
    const copy = new Map<string, number>()
    let saves = 0
    const save = (cursor: string) => {
      if (++saves === dies) throw new Error('killed')
      saved.push(cursor)
    }
    const apply = ({ upserts }: RecordBatch<Thing>) => {
      for (const { id } of upserts) copy.set(id, (copy.get(id) ?? 0) + 1)
    }
    const config = { ...options, cursor: { ...options.cursor, save }, apply }
    await expect(copyRecords(config, list)).rejects.toThrow('killed')
    await copyRecords(config, list)
    expect([...copy.keys()].join('')).toBe('01246789')
    expect([...copy.values()].every((times) => times <= 2)).toBe(true)
    expect([...copy.values()].some((times) => times === 2)).toBe(true)
  }
})

test('a batch that cannot be applied ends the copy, and its cursor is not saved', async () => {
  const { saved, options } = place(3)
  const apply = () => Promise.reject(new Error('the table is locked'))
  await expect(copyRecords({ ...options, apply }, list)).rejects.toThrow('the table is locked')
  expect(saved).toEqual([])
})

test('a copy without an end follows what comes, and ends in order when its signal is aborted', async () => {
  const { saved, options } = place(100)
  const stop = new AbortController()
  const growing = changes.slice(0, 2)
  const seen: string[] = []
  const apply = ({ upserts }: RecordBatch<Thing>) => {
    seen.push(...upserts.map(({ id }) => id))
    if (seen.length === 2) growing.push(...changes.slice(2, 3))
    else stop.abort()
  }
  const config = { ...options, until: stop.signal, pollMs: 1, apply }
  expect(await copyRecords(config, (page) => list(page, growing))).toMatchObject({ cursor: 'c2', upserts: 3 })
  expect(seen).toEqual(['0', '1', '2'])
  expect(saved).toEqual(['c1', 'c2'])
})

test('the signal of the call ends a copy with an error', async () => {
  const { options } = place(100)
  const stop = new AbortController()
  const { until: _, ...endless } = options
  const copying = copyRecords({ ...endless, pollMs: 60_000, apply: () => stop.abort() }, list, stop.signal)
  await expect(copying).rejects.toMatchObject({ code: 'aborted' })
})
