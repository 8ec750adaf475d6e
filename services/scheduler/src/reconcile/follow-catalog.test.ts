import type { CatalogChange } from '@syncline/catalog'
import { expect, test } from 'vitest'
import type { Limit } from '../store/schedule-store.ts'
import { followCatalog } from './follow-catalog.ts'

test('a limit of an environment that Redis did not take is set again', async () => {
  let change: (change: CatalogChange) => void = () => {}
  const set = Promise.withResolvers<Limit>()
  let calls = 0
  const deps = {
    catalog: {
      onChange(listener: typeof change) {
        change = listener
      },
    },
    schedules: {
      limit: async () => ({}),
      async setLimit(limit: Limit) {
        if (++calls === 1) throw new Error('Redis is away')
        set.resolve(limit)
      },
      waitForMutex: () => Promise.reject(new Error('there is nothing to compare')),
    },
    notices: { wakeRunners() {} },
    events: { reconcileFailed() {} },
  }
  await using _following = followCatalog(deps as never, 300_000) // what an environment needs
  const value = { name: 'dev', createdAt: '', maxRuns: 3 }
  change({ kind: 'environment', deleted: false, value } as CatalogChange)
  expect(await set.promise).toMatchObject({ environment: 'dev', maxRuns: 3 })
})
