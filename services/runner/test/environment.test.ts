import { Keyring, sealApp, sealVariable } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { Command, CommandAnswer, RunOutcome } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { deployAction } from './deploy-action.ts'
import { sharedWorld } from './shared-world.ts'

/** As publish in libs/bus names it. */
const REPLY_TO = 'Syncline-Reply-To'
const world = sharedWorld()

const SUCCESS = { outcome: RunOutcome.SUCCESS, error: '' }

/** What a run's function has logged at level info, as JSON. */
const said = (runId: string) =>
  world
    .log(runId)
    .flatMap((line) => (/^info [[{"tf]/.test(line) ? [JSON.parse(line.slice('info '.length))] : []))

/** Plays the scheduler: answers each command, and gives those that came. */
function commands(answer: CommandAnswer['result'] = { $case: 'done', value: doneCommand }) {
  const { bus } = world
  const found: Command[] = []
  const subscription = bus.connection.subscribe(`${bus.prefix}.command.>`, {
    callback: (_, { data, headers }) => {
      const command = Command.decode(data)
      for (const each of [command, ...command.also]) {
        found.push(each)
        const to = headers?.get(REPLY_TO).replace(/[^.]+$/, each.id) ?? ''
        bus.connection.publish(to, CommandAnswer.encode({ result: answer }).finish())
      }
    },
  })
  return { found, [Symbol.dispose]: () => subscription.unsubscribe() }
}
const doneCommand = { frequency: '', scheduleId: '', cancelled: 0, runs: [], moreRuns: false, refusals: [] }

test('of two runs at a time one has the lock; the other gets it when it is free', async () => {
  await world.deploy(`
    const has = [await nango.tryAcquireLock({ key: 'k', ttlMs: 60_000.5 })]
    has.push(await nango.tryAcquireLock({ key: 'k', ttlMs: 60_000 }))
    has.push(await nango.releaseLock({ key: 'other' }))
    await nango.log(JSON.stringify(has))
    if (has[0]) {
      await nango.tryAcquireLock({ key: 'second', ttlMs: 1000 })
      await nango.releaseLock({ key: 'k' })
      await nango.releaseAllLocks()
    }`)
  const ttls: (number | undefined)[] = []
  world.standIns.locks.onCall = (_, ttlMs) => void ttls.push(ttlMs)
  world.standIns.locks.held.set('dev:k', 'another run')
  expect(said((await world.run()).runId)).toEqual([[false, false, false]])
  world.standIns.locks.held.clear()
  expect(said((await world.run()).runId)).toEqual([[true, true, false]])
  expect(world.standIns.locks.held.size).toBe(0)
  expect(ttls[0]).toBe(60_001)
})

test('an attempt that was superseded ends when it asks for a lock', async () => {
  world.standIns.locks.onCall = () => {
    throw new AppError('fenced', 'attempt 2 has taken over')
  }
  await world.deploy(`
    await nango.tryAcquireLock({ key: 'k', ttlMs: 1000 }).catch(() => {})
    await nango.batchSave([{ id: '1' }], 'Thing')`)
  const runId = await world.request()
  await eventually(() => expect(world.log(runId).at(-1)).toContain('attempt 2 has taken over'))
  expect(world.standIns.saved('Thing')).toEqual([])
})

test('an action frees its locks when it ends, also when it fails', async () => {
  await deployAction(
    world,
    `await nango.tryAcquireLock({ key: 'of action', ttlMs: 60_000 }); if (input.n === 2) throw new Error('no'); return true`,
  )
  await world.deploy(`
    await nango.log(JSON.stringify(await nango.triggerAction('api', 'demo', 'act', { n: 1 })))
    await nango.triggerAction('api', 'demo', 'act', { n: 2 }).catch((error) => nango.log(JSON.stringify(error.message)))`)
  let taken = 0
  world.standIns.locks.onCall = (name) => {
    if (name === 'tryAcquire') taken++
  }
  expect(said((await world.run()).runId)).toEqual([true, 'no'])
  expect({ taken, held: world.standIns.locks.held.size }).toEqual({ taken: 2, held: 0 })
})

test('with ignore_if_modified_after, what others modify meanwhile stays, and the run saves its own again', async () => {
  world.standIns.put('Thing', [{ id: 'old' }, { id: 'moved' }, { id: 'moved later' }])
  await world.deploy(`
    await nango.setMergingStrategy({ strategy: 'ignore_if_modified_after' }, 'Thing')
    await nango.setMergingStrategy({ strategy: 'override' }, 'Thing')
    const mine = (...ids) => ids.map((id) => ({ id, by: 'run' }))
    await nango.batchSave(mine('old', 'moved', 'new'), 'Thing')
    await nango.batchSave(mine('new').map((record) => ({ ...record, again: true })), 'Thing')
    await nango.batchUpdate(mine('moved later'), 'Thing')
    await nango.batchDelete(mine('old', 'moved later'), 'Thing')`)
  const other = (id: string) => world.standIns.put('Thing', [{ id, by: 'other' } as { id: string }])
  let saves = 0
  world.standIns.onSave = () => {
    saves++
    if (saves === 1) other('moved')
    if (saves === 3) other('moved later')
  }
  const { runId, ...end } = await world.run()
  expect(end).toMatchObject({ ...SUCCESS, counts: [{ added: 1, updated: 2, deleted: 1 }] })
  expect(world.standIns.saved('Thing')).toEqual([
    { id: 'moved', by: 'other' },
    { id: 'new', by: 'run', again: true },
    { id: 'moved later', by: 'other' },
  ])
  expect(world.log(runId)).toContain(
    "warn model 'Thing': its merging strategy is set already, and stays for this run",
  )
})

test('triggers and starts become commands of the environment of the run', async () => {
  using scheduler = commands()
  await world.deploy(`
    await nango.triggerSync('api', 'demo', 'demo', 'full_refresh_and_clear_cache')
    await nango.startSync('api', [{ name: 'demo', variant: 'team' }])`)
  expect(await world.run()).toMatchObject(SUCCESS)
  const target = {
    providerConfigKey: 'api',
    connectionId: 'demo',
    syncs: [{ name: 'demo', variant: 'base' }],
  }
  expect(scheduler.found.map(({ environment, action }) => ({ environment, ...action }))).toEqual([
    {
      environment: 'dev',
      $case: 'trigger',
      value: { target, reset: true, emptyCache: true, withRuns: false },
    },
    {
      environment: 'dev',
      $case: 'start',
      value: {
        target: { ...target, connectionId: '', syncs: [{ name: 'demo', variant: 'team' }] },
        withRuns: false,
      },
    },
  ])
})

test('a command that the scheduler refuses is an error of the call', async () => {
  using _ = commands({ $case: 'refused', value: { code: 'unknown_sync', message: "no variant 'x'" } })
  await world.deploy(`await nango.triggerSync('api', 'demo', 'demo::x')`)
  expect(await world.run()).toMatchObject({
    outcome: RunOutcome.FAILED,
    error: expect.stringContaining("no variant 'x'"),
  })
})

test('an action that a sync calls has the input and the output of any call, and its errors', async () => {
  await deployAction(
    world,
    `if (input.n === 0) throw new nango.ActionError({ message: 'no seat', seats: 0 }); return { n: input.n, text: 'x'.repeat(input.n) }`,
  )
  await world.deploy(`
    const act = (n) => nango.triggerAction('api', 'demo', 'act', { n })
    const all = await Promise.all([1, 2, 3, 4, 5, 6, 1_000_000].map(act))
    await nango.log(JSON.stringify(all.map(({ n, text }) => n === text.length)))
    await act(0).catch(({ code, message, details }) => nango.log(JSON.stringify({ code, message, details })))`)
  expect(said((await world.run()).runId)).toEqual([
    Array(7).fill(true),
    { code: 'action_failed', message: 'no seat', details: { payload: { message: 'no seat', seats: 0 } } },
  ])
})

test('actions that call each other end: the fourth one in a row is refused', async () => {
  await deployAction(
    world,
    `return (await nango.triggerAction('api', 'demo', 'act', { n: input.n + 1 })) ?? input.n`,
  )
  await world.deploy(`await nango.triggerAction('api', 'demo', 'act', {})`)
  expect(await world.run()).toMatchObject({
    outcome: RunOutcome.FAILED,
    error: expect.stringContaining("action 'act': 3 actions have called each other up to here"),
  })
})

test('what a run logs at least is the variable NANGO_LOGGER_LEVEL', async () => {
  const place = { environment: 'dev', name: 'NANGO_LOGGER_LEVEL' }
  const keyring = new Keyring(world.env.SYNCLINE_KEYRING ?? '')
  await world.catalog.variables.upsert(
    () => ({ ...place, sealedValue: sealVariable(keyring, 'warn', place) }),
    ...[place.environment, place.name],
  )
  await world.deploy(`
    await nango.log('quiet')
    await nango.log(nango.logger.level, { level: 'warn' })
    nango.setLogger({ level: 'info' })
    await nango.log('loud')`)
  const { runId } = await world.run()
  await world.catalog.variables.delete(place.environment, place.name)
  expect(world.log(runId).slice(1, -1)).toEqual(['warn warn', 'info loud'])
})

test("an integration's own app goes to functions only if it exposes tokens", async () => {
  const place = { environment: 'dev', key: 'api' }
  const keyring = new Keyring(world.env.SYNCLINE_KEYRING ?? '')
  const app = { client_id: 'id', client_secret: 'secret', fields: { scopes: 'a,b' } }
  const sealedApp = sealApp(keyring, app, place as never)
  const exec = `
    const { credentials, ...more } = await nango.getIntegration({ include: ['credentials', 'webhook'] })
    await nango.log(JSON.stringify([credentials, more.unique_key, more.webhook_url]))`
  await world.deploy(exec, { integration: { sealedApp } })
  expect(await world.run()).toMatchObject({ error: expect.stringContaining('set its expose_tokens') })
  await world.deploy(exec, { integration: { sealedApp, exposeTokens: true } })
  expect(said((await world.run()).runId)).toEqual([
    [{ client_id: 'id', client_secret: 'secret', scopes: 'a,b' }, 'api', null],
  ])
})
