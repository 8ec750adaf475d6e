import pLimit from 'p-limit'
import { z } from 'zod'
import type { NangoApi } from './nango-api.ts'

/** Connections in a page, and read at a time. */
const PAGE = 1000
const AT_A_TIME = 4
/** Of an account. A list that never ends is a fault. */
const PAGES_MAX = 1000

const Fields = z.record(z.string(), z.unknown())
const Integration = z.object({
  unique_key: z.string(),
  provider: z.string(),
  display_name: z.string().nullish(),
  forward_webhooks: z.boolean().nullish(),
  credentials: Fields.nullish(),
})
const Owner = z.object({ connection_id: z.string(), provider_config_key: z.string() })
const Connection = Owner.extend({
  credentials: Fields.nullish(),
  connection_config: Fields.nullish(),
  metadata: Fields.nullish(),
  tags: Fields.nullish(),
  end_user: Fields.nullish(),
  webhook_url_override: z.string().nullish(),
})
const Status = z.object({
  connection_id: z.string(),
  name: z.string(),
  variant: z.string().nullish(),
  frequency: z.string().nullish(),
  status: z.string().nullish(),
})
const Functions = z.object({
  providerConfigKey: z.string(),
  syncs: z.array(z.object({ name: z.string(), runs: z.string().nullish() })).default([]),
})

/** What the public API of Nango tells of an environment. */
export interface Account {
  integrations: z.infer<typeof Integration>[]
  connections: z.infer<typeof Connection>[]
  variables: { name: string; value: string }[]
  statuses: (z.infer<typeof Status> & { provider_config_key: string })[]
  functions: z.infer<typeof Functions>[]
}

/** @param say How far it is. */
export async function readAccount(api: NangoApi, say: (text: string) => void): Promise<Account> {
  say('integrations')
  const { data } = await api.get('/integrations', {}, z.object({ data: z.array(Integration) }))
  const several = pLimit(AT_A_TIME)
  const integrations = await several.map(data, async ({ unique_key }) => {
    const path = `/integrations/${encodeURIComponent(unique_key)}`
    return (await api.get(path, { include: 'credentials' }, z.object({ data: Integration }))).data
  })
  const owners = await listOwners(api, say)
  let read = 0
  const connections = await several.map(owners, async ({ connection_id, provider_config_key }) => {
    const path = `/connections/${encodeURIComponent(connection_id)}`
    const connection = await api.get(path, { provider_config_key, refresh_token: 'true' }, Connection)
    say(`connections: ${++read} of ${owners.length}`)
    return connection
  })
  say('variables and syncs')
  const variable = z.object({ name: z.string(), value: z.string() })
  const variables = await api.get('/environment-variables', {}, z.array(variable))
  const functions = await api.get('/scripts/config', {}, z.array(Functions))
  const statuses = await several.map(data, async ({ unique_key: provider_config_key }) => {
    const answer = z.object({ syncs: z.array(Status) })
    const { syncs } = await api.get('/sync/status', { syncs: '*', provider_config_key }, answer)
    return syncs.map((sync) => ({ ...sync, provider_config_key }))
  })
  return { integrations, connections, variables, functions, statuses: statuses.flat() }
}

async function listOwners(api: NangoApi, say: (text: string) => void): Promise<z.infer<typeof Owner>[]> {
  const owners: z.infer<typeof Owner>[] = []
  for (let page = 0; page < PAGES_MAX; page++) {
    const query = { limit: String(PAGE), page: String(page) }
    const { connections } = await api.get('/connections', query, z.object({ connections: z.array(Owner) }))
    owners.push(...connections)
    say(`connections: ${owners.length}`)
    if (connections.length < PAGE) return owners
  }
  throw new Error(`the account lists more than ${PAGES_MAX * PAGE} connections`)
}
