import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { CONNECTION, INTEGRATION, SYNC } from '../example-system.ts'
import { nango } from './world.ts'

const place = { providerConfigKey: INTEGRATION, connectionId: CONNECTION }
const model = 'GithubIssue'

test('records', async () => {
  const page = await nango.listRecords({ ...place, model, limit: 2 })
  expect(page.records).toHaveLength(2)
  const next = await nango.listRecords({ ...place, model, limit: 2, cursor: page.next_cursor })
  expect(next.records[0]?.id).not.toBe(page.records[0]?.id)
  const id = String(page.records[1]?.id)
  expect((await nango.listRecords({ ...place, model, ids: [id] })).records).toHaveLength(1)
  const untilCursor = page.records[0]?._nango_metadata.cursor ?? ''
  expect(await nango.pruneRecords({ ...place, model, untilCursor })).toEqual({ count: 1, has_more: false })
})

test('syncs', async () => {
  await nango.triggerSync(INTEGRATION, [SYNC], CONNECTION)
  await nango.triggerSync(INTEGRATION, [SYNC], CONNECTION, 'incremental')
  await nango.pauseSync(INTEGRATION, [SYNC], CONNECTION)
  await eventually(async () => {
    const { syncs } = await nango.syncStatus(INTEGRATION, [SYNC], CONNECTION)
    if (syncs[0]?.status !== 'PAUSED') throw new Error(`it is ${syncs[0]?.status}`)
  })
  await nango.startSync(INTEGRATION, [SYNC], CONNECTION)
  expect((await nango.syncStatus(INTEGRATION, '*', CONNECTION)).syncs.length).toBeGreaterThan(0)
  expect(await nango.updateSyncConnectionFrequency(INTEGRATION, SYNC, CONNECTION, 'every 2 hours')).toEqual({
    frequency: 'every 2 hours',
  })
  const variant = {
    provider_config_key: INTEGRATION,
    connection_id: CONNECTION,
    name: SYNC,
    variant: 'second',
  }
  expect(await nango.createSyncVariant(variant)).toMatchObject({ variant: 'second' })
  expect(await nango.deleteSyncVariant(variant)).toBe('')
  expect(await nango.getEnvironmentVariables()).toBeInstanceOf(Array)
})
