import { join } from 'node:path'
import { deploy } from '@syncline/example-github-issues/setup'
import type { Syncline } from '@syncline/sdk'
import { json, startStandInApi } from '../stand-in-api.ts'
import type { TestEnvironment } from './environment.ts'
import { newEnvironment, shared } from './harness.ts'

export const INTEGRATION = 'source'
export const CONNECTION = 'acme'
export const SYNC = 'things'
export const MODEL = 'Thing'

type Thing = { id: string; [field: string]: unknown }
type Run = Awaited<ReturnType<Syncline['runs']['wait']>>

/** An environment with a sync that copies what a test says, and a connection of it. */
export interface Source extends TestEnvironment, AsyncDisposable {
  /** Runs the sync on this list, and waits for the end of the run. */
  save(things: Thing[]): Promise<Run>
}

export async function openSource(): Promise<Source> {
  await using open = new AsyncDisposableStack()
  const api = open.use(await startStandInApi())
  let things: Thing[] = []
  api.on('/things', (_, response) => json(response, things))
  const environment = await newEnvironment('source')
  const { client, key } = environment
  await client.integrations.create({
    uniqueKey: INTEGRATION,
    provider: 'private-api',
    baseUrl: api.url,
    auth: { type: 'none' },
  })
  await client.connections.create({
    providerConfigKey: INTEGRATION,
    connectionId: CONNECTION,
    credentials: { type: 'NONE' },
  })
  await deploy(join(import.meta.dirname, 'source-functions'), shared.url, key)
  const owned = open.move()
  return {
    ...environment,
    async save(next) {
      things = next
      const where = { providerConfigKey: INTEGRATION, connectionId: CONNECTION, syncs: [SYNC] }
      const { runs } = await client.syncs.trigger(where)
      return client.runs.wait(runs?.[0]?.id ?? '', { deadlineMs: 150_000 })
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
