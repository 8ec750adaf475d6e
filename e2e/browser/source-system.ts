import { join } from 'node:path'
import { deploy } from '@syncline/example-github-issues/setup'
import type { Syncline } from '@syncline/sdk'
import { type EmptySystem, startEmptySystem } from '../empty-system.ts'
import { json, startStandInApi } from '../stand-in-api.ts'

export const INTEGRATION = 'source'
export const CONNECTION = 'acme'
export const SYNC = 'things'
export const MODEL = 'Thing'

type Thing = { id: string; [field: string]: unknown }
type Run = Awaited<ReturnType<Syncline['runs']['wait']>>

/** A system with a sync that copies what a test says, and a connection of it. */
export interface SourceSystem extends EmptySystem {
  /** Runs the sync on this list, and waits for the end of the run. */
  save(things: Thing[]): Promise<Run>
}

export async function startSourceSystem(): Promise<SourceSystem> {
  await using open = new AsyncDisposableStack()
  const api = open.use(await startStandInApi())
  let things: Thing[] = []
  api.on('/things', (_, response) => json(response, things))
  const ours = open.use(await startEmptySystem({ egress: [api.host], env: {} }))
  const { client, system, key } = ours
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
  await deploy(join(import.meta.dirname, 'source-functions'), system.url, key)
  const owned = open.move()
  return {
    ...ours,
    async save(next) {
      things = next
      const where = { providerConfigKey: INTEGRATION, connectionId: CONNECTION, syncs: [SYNC] }
      const { runs } = await client.syncs.trigger(where)
      return client.runs.wait(runs?.[0]?.id ?? '')
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
