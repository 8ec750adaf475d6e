import { RunOutcome } from '@syncline/proto'
import { expect, test } from 'vitest'
import { sharedWorld } from './shared-world.ts'

const world = sharedWorld()

test('a record that does not fit its model is saved, and the run warns once with count and path', async () => {
  await world.deploy(`
    await nango.batchSave([{ id: '1' }, { id: 2 }], 'Thing')
    await nango.batchSave([{ id: 3 }], 'Thing')`)
  const warning = "model 'Thing': 2 of 3 records do not fit the model: id (not string) in 2"
  const end = await world.run()
  expect(end).toMatchObject({ outcome: RunOutcome.SUCCESS, error: warning, counts: [{ added: 3 }] })
  expect(world.log(end.runId).filter((line) => line.startsWith('warn'))).toEqual([`warn ${warning}`])
})

test('the log of a run that fails has the warning, too', async () => {
  await world.deploy(`
    await nango.batchSave([{ id: 1 }], 'Thing')
    throw new Error('later')`)
  const { runId, error } = await world.run()
  expect(error).toBe('later')
  expect(world.log(runId).join('\n')).toMatch(/^warn model 'Thing': 1 of 1 records do not fit/m)
})

test('a strict save fails before it saves anything, and names the record', async () => {
  await world.deploy(`await nango.batchSave([{ id: '1' }, { id: 2 }], 'Thing')`, { validate: 'strict' })
  expect(await world.run()).toMatchObject({
    outcome: RunOutcome.FAILED,
    error:
      "model 'Thing': record 1 (id '2') does not fit the model: id: Invalid input: expected string, received number",
    counts: [{ added: 0 }],
  })
  expect(world.standIns.calls).toEqual(['begin Thing'])
})

test('a sync that says nothing does as its environment says', async () => {
  const environment = { name: 'dev', createdAt: '2026-01-01T00:00:00.000Z' }
  await world.catalog.environments.upsert(() => ({ ...environment, validate: 'strict' }), 'dev')
  await world.deploy(`await nango.batchSave([{ id: 2 }], 'Thing')`)
  expect(await world.run()).toMatchObject({ outcome: RunOutcome.FAILED })
  await world.deploy(`await nango.batchSave([{ id: 2 }], 'Thing')`, { validate: 'off' })
  expect(await world.run()).toMatchObject({ outcome: RunOutcome.SUCCESS, error: '' })
  await world.catalog.environments.delete('dev')
})

test('fields that are not as in earlier runs are a warning of the run', async () => {
  world.standIns.records.drift = ['missing: title']
  await world.deploy(`await nango.batchSave([{ id: '1' }], 'Thing')`)
  const end = await world.run()
  expect(end).toMatchObject({ outcome: RunOutcome.SUCCESS, error: "model 'Thing': fields missing: title" })
  expect(world.log(end.runId)).toContain("warn model 'Thing': fields missing: title")
})

test('a model that has changed since the last deploy holds for what is saved from then on', async () => {
  const exec = `await nango.batchSave([{ id: '1' }], 'Thing')`
  await world.deploy(exec)
  expect(await world.run()).toMatchObject({ outcome: RunOutcome.SUCCESS, error: '' })
  const schema = 'z.object({ id: z.string(), title: z.string() })'
  await world.deploy(exec, { schema })
  expect(await world.run()).toMatchObject({ error: expect.stringContaining('title (not string) in 1') })
  await world.deploy(exec, { schema, validate: 'strict' })
  expect(await world.run()).toMatchObject({ error: expect.stringContaining('title: Invalid input') })
  expect(world.standIns.saved('Thing')).toEqual([{ id: '1' }])
})
