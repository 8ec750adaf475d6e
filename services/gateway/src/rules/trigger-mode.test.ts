import { expect, test } from 'vitest'
import { triggerMode } from './trigger-mode.ts'

const run = { reset: false, emptyCache: false }
const fresh = { reset: true, emptyCache: false }
const empty = { reset: true, emptyCache: true }

test.each([
  [{}, run],
  [{ opts: {} }, run],
  [{ opts: { reset: false } }, run],
  [{ opts: { reset: true } }, fresh],
  [{ opts: { reset: true, emptyCache: true } }, empty],
  [{ sync_mode: 'incremental' as const }, run],
  [{ sync_mode: 'full_refresh' as const }, fresh],
  [{ sync_mode: 'full_refresh_and_clear_cache' as const }, empty],
  [{ full_resync: true }, fresh],
  [{ full_resync: false }, run],
  [{ sync_mode: 'incremental' as const, full_resync: true }, run],
])('%j asks for %j', (asked, expected) => {
  expect(triggerMode(asked)).toEqual(expected)
})
