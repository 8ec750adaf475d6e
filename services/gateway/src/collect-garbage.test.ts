import { expect, test } from 'vitest'
import { collectGarbage } from './collect-garbage.ts'

test('garbage is collected again and again, also after a failure, until the service stops', async () => {
  const enough = Promise.withResolvers<void>()
  let rounds = 0
  const events: string[] = []
  const garbage = {
    async collect() {
      if (++rounds === 5) enough.resolve()
      if (rounds === 2) throw new Error('NATS is away')
      return { tombstones: 0, bundles: rounds }
    },
  }
  const job = collectGarbage(
    { garbage: garbage as never },
    {
      garbageCollected: ({ bundles }) => void events.push(`collected ${bundles}`),
      garbageCollectionFailed: (error) => void events.push(String(error)),
    },
    1,
  )
  await enough.promise
  await job[Symbol.asyncDispose]()
  const stoppedAt = rounds
  expect(events.slice(0, 3)).toEqual(['collected 1', 'Error: NATS is away', 'collected 3'])
  expect(events).toHaveLength(stoppedAt)
})
