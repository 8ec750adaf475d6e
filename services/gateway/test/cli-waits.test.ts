import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'
import { furnish, startWorld, type World } from './world.ts'

// The scheduler takes commands from its queue later than the gateway waits for it.

let world: World
let home: Awaited<ReturnType<typeof furnish>>

beforeAll(async () => {
  world = await startWorld({ scheduler: false, variables: { COMMAND_TIMEOUT_MS: '100' } })
  home = await furnish(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const cli = (...args: string[]) => runCli(args, { SYNCLINE_URL: world.url, SYNCLINE_KEY: home.key })

test.each([
  [['trigger', 'github'], 'triggers', 'Next: syncline status github'],
  [['start', 'github'], 'starts', 'Next: syncline status github'],
  [['pause', 'github'], 'pauses', 'To start again: syncline start github'],
  [['cancel', 'github'], 'cancels', ''],
])('%j says that it is accepted and not done', async (args, does, next) => {
  const { code, out } = await cli(...args)
  expect(code).toBe(0)
  expect(out).toMatch(`Accepted. The scheduler does not answer now: it ${does} when it is back.`)
  expect(out).toContain(next)
})

test('trigger --wait waits for the command, then for its runs; what was refused is an error', async () => {
  const run = { connectionId: 'user-1', sync: 'issues', variant: 'base' }
  const done = {
    frequency: '',
    scheduleId: '',
    cancelled: 0,
    runs: [{ id: 'run-1', ...run }],
    moreRuns: false,
    refusals: [],
  }
  let questions = 0
  world.results.getCommand = async () => (++questions < 3 ? {} : { result: { $case: 'done', value: done } })
  world.schedules.getRun = async ({ runId }) => ({
    ...{ id: runId, providerConfigKey: 'github', ...run },
    ...{ state: 'RUN_STATE_ENDED', outcome: 'RUN_OUTCOME_FAILED', error: 'GET /issues: 500' },
  })
  const waited = await cli('trigger', 'github', '--wait')
  expect(waited).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^run-1 .*failed .*GET \/issues: 500$/m),
  })
  expect(questions).toBe(3)
  const refused = { code: 'unknown_sync', message: 'there is no sync' }
  world.results.getCommand = async () => ({ result: { $case: 'refused', value: refused } })
  expect(await cli('trigger', 'github', '--wait')).toMatchObject({
    code: 1,
    out: '',
    err: 'syncline: there is no sync\n',
  })
})
