import { expect, test } from 'vitest'
import { waitingByReason } from './capacity.ts'

const limit = (name: string, running: number, waiting: number, max = 0) => ({
  ...{ name, running, waiting, max },
  weight: 1,
})

test('each run that waits is counted once, for the first of its limits that is full', () => {
  const integrations = [limit('crm', 2, 4, 2), limit('github', 3, 5), limit('jira', 0, 1, 2)]
  const syncs = [
    limit('crm/contacts', 2, 3, 2), // so is its integration
    limit('github/issues', 3, 2, 3),
    limit('github/all', 0, 3),
  ]
  expect(waitingByReason({ environment: limit('dev', 5, 10, 200), integrations, syncs })).toEqual({
    environmentFull: 0,
    integrationFull: 6,
    noRunner: 4,
  })
  expect(waitingByReason({ environment: limit('dev', 5, 10, 5), integrations, syncs })).toEqual({
    environmentFull: 10,
    integrationFull: 0,
    noRunner: 0,
  })
})
