import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundleFunction } from '@syncline/functions'
import type { Syncline } from '@syncline/sdk'
import type { SeededRandom } from '@syncline/testkit/seeded-random'

const INTEGRATION = 'commanded'
const SYNC = 'on-demand'
const ACTION = 'once'
const CONNECTIONS = ['c1', 'c2', 'c3']
/** Commands that are sent at the same time: the gateway puts them into one message. */
const BATCH = 4
const PAUSE_MS = 800
const REQUEST_MS = 40_000
/** With one Idempotency-Key, until there is an answer that counts. */
const TRIES = 4
const TRY_AGAIN_MS = 1500

/** A command that was answered with 2xx. */
export interface AcceptedCommand {
  environment: string
  /** Of a 202. */
  commandId: string | undefined
  /** Of a 200: the runs that it says it has asked for. */
  runs: string[]
}

export interface SentAction {
  environment: string
  key: string
  /** `output`, `accepted`, or the code of the last error. */
  answer: string
  /** Of one that was accepted: where its result will be. */
  statusUrl: string | undefined
}

export interface Tenant {
  environment: string
  key: string
  client: Syncline
}

export interface Load {
  commands: AcceptedCommand[]
  actions: SentAction[]
  /** No more is sent. Settles when what was sent has its answer. */
  stop(): Promise<void>
}

interface Options {
  dir: string
  url: string
  apiUrl: string
  tenants: Tenant[]
  random: SeededRandom
}

/** Sends batches of commands, and actions with Idempotency-Keys that are repeated, whatever happens. */
export async function startLoad({ dir, url, apiUrl, tenants, random }: Options): Promise<Load> {
  for (const tenant of tenants) await deployTo(tenant, dir, apiUrl)
  const load = { commands: [] as AcceptedCommand[], actions: [] as SentAction[] }
  const over = new AbortController()
  const repeatedly = async (own: SeededRandom, work: (own: SeededRandom) => Promise<void>) => {
    while (!over.signal.aborted) {
      await work(own)
      await sleep(own.below(PAUSE_MS), undefined, { signal: over.signal }).catch(() => {})
    }
  }
  const send = (tenant: Tenant, path: string, body: object, headers: Record<string, string>) =>
    post(url + path, tenant.key, body, headers)
  const working = tenants.flatMap((tenant) => {
    const { environment } = tenant
    return [
      repeatedly(random.fork(`commands of ${environment}`), async () => {
        const answers = await Promise.all(Array.from({ length: BATCH }, () => trigger(tenant, send)))
        load.commands.push(...answers.filter((it) => it !== undefined))
      }),
      repeatedly(random.fork(`actions of ${environment}`), async (own) => {
        load.actions.push(await callOnce(tenant, send, own))
      }),
    ]
  })
  return {
    ...load,
    async stop() {
      over.abort()
      await Promise.all(working)
    },
  }
}

type Send = (
  tenant: Tenant,
  path: string,
  body: object,
  headers: Record<string, string>,
) => Promise<{ status: number; body: Answer } | undefined>

interface Answer {
  command_id?: string
  runs?: { id: string }[]
  statusUrl?: string
  error?: { code: string }
}

/** Of all connections: several schedules. */
async function trigger(tenant: Tenant, send: Send): Promise<AcceptedCommand | undefined> {
  const body = { provider_config_key: INTEGRATION, syncs: [SYNC] }
  const answer = await send(tenant, '/sync/trigger', body, { prefer: 'return=representation' })
  if (!answer || answer.status >= 300) return undefined
  const { command_id: commandId, runs = [] } = answer.body
  return { environment: tenant.environment, commandId, runs: runs.map(({ id }) => id) }
}

/** As a careful client does: while it has no answer that counts, it sends the same again. */
async function callOnce(tenant: Tenant, send: Send, random: SeededRandom): Promise<SentAction> {
  const key = `${tenant.environment}-${random.next()}`
  const headers = {
    ...{ 'provider-config-key': INTEGRATION, 'connection-id': CONNECTIONS[random.below(3)] ?? 'c1' },
    ...{ 'idempotency-key': key, 'x-async': String(random.below(2) === 0) },
  }
  let last: Awaited<ReturnType<Send>>
  for (let n = 0; n < TRIES; n++) {
    if (n > 0) await sleep(TRY_AGAIN_MS)
    last = await send(tenant, '/action/trigger', { action_name: ACTION, input: { key } }, headers)
    const code = last?.body.error?.code ?? ''
    if (last && !['unavailable', 'request_in_progress', 'deadline_exceeded', 'server_error'].includes(code))
      break
  }
  const { environment } = tenant
  const answer = last?.body?.error?.code ?? { 200: 'output', 202: 'accepted' }[last?.status ?? 0] ?? 'none'
  return { environment, key, answer, statusUrl: last?.body?.statusUrl }
}

/** Undefined: there is no answer. */
async function post(url: string, key: string, body: object, headers: Record<string, string>) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_MS),
    })
    // An empty body is none.
    return { status: response.status, body: (JSON.parse((await response.text()) || '{}') ?? {}) as Answer }
  } catch {
    return undefined
  }
}

async function deployTo({ client, environment }: Tenant, dir: string, apiUrl: string): Promise<void> {
  await client.integrations.create({ uniqueKey: INTEGRATION, provider: INTEGRATION, baseUrl: apiUrl })
  for (const connectionId of CONNECTIONS) {
    const credentials = { type: 'NONE' as const }
    await client.connections.create({ providerConfigKey: INTEGRATION, connectionId, credentials })
  }
  const facts = { provider_config_key: INTEGRATION, description: '' }
  const sync = await bundleOf(join(dir, environment, INTEGRATION, 'syncs'), SYNC, SYNC_CODE)
  const action = await bundleOf(join(dir, environment, INTEGRATION, 'actions'), ACTION, ACTION_CODE)
  await client.deployments.create({
    syncs: [{ ...facts, name: SYNC, models: ['Commanded'], frequency: 'every day', bundle: sync }],
    actions: [{ ...facts, name: ACTION, input_schema: {}, output_schema: {}, bundle: action }],
  })
}

async function bundleOf(folder: string, name: string, code: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${name}.ts`)
  await writeFile(file, code)
  return (await bundleFunction(file)).text
}

const SYNC_CODE = `
  import { createSync } from 'nango'
  import { z } from 'zod'
  export default createSync({
    description: '',
    frequency: 'every day',
    models: { Commanded: z.object({ id: z.string() }) },
    exec: async (nango) => {
      await nango.batchSave([{ id: 'one' }], 'Commanded')
    },
  })`

const ACTION_CODE = `
  import { createAction } from 'nango'
  import { z } from 'zod'
  export default createAction({
    description: '',
    input: z.object({ key: z.string() }),
    output: z.string(),
    exec: async (nango, { key }) => {
      await nango.post({ endpoint: '/acted', params: { key } })
      return key
    },
  })`
