import { setTimeout as sleep } from 'node:timers/promises'
import { json, type StandInApi, startStandInApi } from '../stand-in-api.ts'
import { createEnvironment, type TestEnvironment } from './environment.ts'

const customers = [
  ...[
    'acme',
    'globex',
    'initech',
    'umbrella',
    'hooli',
    'stark',
    'wayne',
    'wonka',
    'tyrell',
    'cyberdyne',
    'aperture',
  ],
  ...[
    'dunder-mifflin',
    'pied-piper',
    'vandelay',
    'soylent',
    'massive-dynamic',
    'oscorp',
    'gringotts',
    'monsters',
    'zorin',
  ],
]
const apis = [
  { key: 'crm', name: 'Customer relations', syncs: ['contacts', 'companies'] },
  { key: 'billing', name: 'Billing', syncs: ['invoices'] },
  { key: 'tickets', name: 'Help desk', syncs: ['tickets', 'comments'] },
]

/** An environment as the pictures in the documentation show it: some customers, and a few syncs that do not succeed. */
export async function makeFleet(
  open: AsyncDisposableStack,
  shared: { url: string; adminKey: string },
): Promise<TestEnvironment> {
  const api = open.use(await startStandInApi())
  const fleet = await createEnvironment(shared, 'acme-prod')
  for (const { key, name } of apis) {
    await fleet.client.integrations.create({
      ...{ uniqueKey: key, provider: key, displayName: name, baseUrl: api.url },
      auth: { type: 'bearer' },
    })
  }
  answer(api)
  for (const [index, customer] of customers.entries()) {
    for (const { key } of apis) {
      await fleet.client.connections.create({
        ...{ providerConfigKey: key, connectionId: customer },
        credentials: { type: 'API_KEY', apiKey: `${key}-${customer}` },
        tags: { plan: index % 4 === 0 ? 'enterprise' : 'team' },
      })
    }
  }
  const files = apis.flatMap(({ key, syncs }) =>
    syncs.map((sync) => [`${key}/syncs/${sync}.ts`, syncCode(sync)] as const),
  )
  await fleet.deploy(Object.fromEntries(files))
  for (const customer of customers.slice(-2)) await fleet.client.pauseSync('crm', ['companies'], customer)
  return fleet
}

/** Each run that has begun by now has ended. */
export async function untilQuiet(fleet: TestEnvironment, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs
  while (Date.now() < end) {
    const { runs } = await fleet.client.runs.list({ state: ['queued', 'running'] })
    if (runs.length === 0) return
    await sleep(1000)
  }
}

/** Most answer; one refuses a customer, one has a fault, one wants its callers to wait. */
function answer(api: StandInApi): void {
  for (const { key, syncs } of apis) {
    for (const sync of syncs) {
      api.on(`/${sync}`, ({ headers }, response) => {
        const customer = String(headers.authorization).replace(`Bearer ${key}-`, '')
        if (key === 'billing' && ['initech', 'hooli', 'soylent'].includes(customer))
          json(response, { error: `internal error 7f3a-${customer.length}` }, 500)
        else if (key === 'tickets' && customer === 'globex')
          json(response, { error: 'the plan of this account ends here' }, 403)
        else
          json(
            response,
            Array.from({ length: 8 + (customer.length % 7) }, (_, i) => recordOf(sync, customer, i)),
          )
      })
    }
  }
}

function recordOf(sync: string, customer: string, i: number) {
  const changes = i === 0 ? { seen_at: new Date().toISOString() } : {}
  return {
    id: `${customer}-${i + 1}`,
    title: `${sync} ${i + 1} of ${customer}`,
    amount: 100 * (i + 1),
    ...changes,
  }
}

function syncCode(name: string): string {
  const model = name[0]?.toUpperCase() + name.slice(1, -1)
  return `import { createSync } from '@syncline/sdk'
import { z } from 'zod'

export default createSync({
  description: 'Copies ${name}',
  frequency: 'every 20 seconds',
  models: {
    ${model}: z.object({ id: z.string(), title: z.string(), amount: z.number(), seen_at: z.string().optional() }),
  },
  exec: async (nango) => {
    const { data } = await nango.get({ endpoint: '/${name}', retries: 1 })
    await nango.log('got ' + data.length + ' ${name}')
    await nango.batchSave(data, '${model}')
  },
})
`
}
