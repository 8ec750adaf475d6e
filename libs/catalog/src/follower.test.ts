import type { KvWatchEntry } from '@nats-io/kv'
import { expect, test } from 'vitest'
import type { Bucket } from './bucket.ts'
import { Follower } from './follower.ts'

/** A bucket whose watch gives entries with these revisions and numbers of those to come, and then waits. */
function bucketOf(lastRevision: number, entries: { revision: number; delta: number }[]): Bucket {
  const given = entries.map((entry) => ({ ...entry, key: `other.${entry.revision}`, operation: 'DEL' }))
  const stopped = Promise.withResolvers<void>()
  async function* watch() {
    yield* given as KvWatchEntry[] // the fields that a follower reads
    await stopped.promise
  }
  return {
    state: async () => ({ lastRevision, isEmpty: false, createdAt: '' }),
    kv: { watch: async () => Object.assign(watch(), { stop: stopped.resolve }) },
  } as unknown as Bucket // what a follower needs of one
}

const fail = (error: unknown) => {
  throw error
}

test.each([
  [
    'none is to come',
    9,
    [
      { revision: 1, delta: 1 },
      { revision: 3, delta: 0 },
    ],
  ],
  ['the last revision of the start has come, whatever is said to be to come', 3, [{ revision: 3, delta: 1 }]],
  [
    'a later one has come, which replaced the last',
    3,
    [
      { revision: 1, delta: 2 },
      { revision: 4, delta: 1 },
    ],
  ],
])('a catalog is loaded when %s', async (_, lastRevision, entries) => {
  await using follower = new Follower(bucketOf(lastRevision, entries), [], fail)
  await follower.start()
  await follower.loaded
  expect(follower.progress.received).toBe(entries.length)
})

test('it is not loaded before', async () => {
  await using follower = new Follower(bucketOf(4, [{ revision: 3, delta: 1 }]), [], fail)
  await follower.start()
  let isLoaded = false
  void follower.loaded.then(() => {
    isLoaded = true
  })
  await expect.poll(() => follower.progress.received).toBe(1)
  expect(isLoaded).toBe(false)
})
