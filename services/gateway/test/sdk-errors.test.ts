import { Syncline, SynclineError } from '@syncline/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { furnish, startWorld, type World } from './world.ts'

let world: World
let syncline: Syncline
let home: Awaited<ReturnType<typeof furnish>>

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
  syncline = new Syncline({ secretKey: home.key, host: `${world.url}/` })
})
afterAll(() => world[Symbol.asyncDispose]())

const where = { providerConfigKey: 'github', connectionId: 'user-1', model: 'GithubIssue' }

test('an error has status, code and the fields that are wrong', async () => {
  const failing = syncline.listRecords({ ...where, model: 'issue', limit: 1000 })
  await expect(failing).rejects.toBeInstanceOf(SynclineError)
  await expect(failing).rejects.toMatchObject({
    status: 400,
    code: 'invalid_query_params',
    errors: [{ path: ['model'] }, { path: ['limit'], code: 'too_big' }],
  })
})

test('a host where nobody listens, or answers too late, is an error with a code', async () => {
  const nobody = new Syncline({ apiKey: 'k', host: 'http://127.0.0.1:1', retries: 0 })
  await expect(nobody.integrations.list()).rejects.toMatchObject({ status: 0, code: 'no_answer' })
  const late = Promise.withResolvers<{ lines: [] }>()
  world.records.listLogs = () => late.promise
  const hasty = new Syncline({ secretKey: home.key, host: world.url, timeoutMs: 50 })
  await expect(hasty.runs.logs('x')).rejects.toMatchObject({ status: 0, code: 'timeout' })
  late.resolve({ lines: [] })
})

test('what the API does not have is an error with its code', async () => {
  await expect(syncline.commands.get('nothing')).rejects.toMatchObject({ code: 'unknown_command' })
})
