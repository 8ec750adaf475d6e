import type {
  ConfiguredIntegration,
  CreateConnection,
  CreateIntegration,
  Syncline,
  UpdateIntegration,
} from '@syncline/sdk'
import type { Configuration, ConfiguredSchedule } from './configuration.ts'
import { connectionName, type ImportPlan, type Step, scheduleName } from './plan-import.ts'

/** Requests under way at a time. */
const AT_ONCE = 8

interface Options {
  client: Syncline
  /** Of the admin key, and the environment's name: for its limits. */
  admin: { client: Syncline; environment: string } | undefined
}

/** Does what a plan says, one kind after the other. Whoever dies half-way imports again: what is done is unchanged then. */
export async function applyImport(
  file: Configuration,
  plan: ImportPlan,
  { client, admin }: Options,
): Promise<void> {
  const stepsOf = (kind: Step['kind']) =>
    new Map(plan.steps.filter((it) => it.kind === kind && changes(it)).map((it) => [it.name, it]))

  const providers = stepsOf('provider')
  const files = file.providers.filter((it) => providers.has(it.name))
  if (files.length > 0) await client.deployments.create({ providers: files })

  await each(
    file.integrations,
    ({ unique_key }) => unique_key,
    stepsOf('integration'),
    (it, step) =>
      step.does === 'create' ? createIntegration(client, it) : updateIntegration(client, it, step.fields),
  )
  await each(
    file.variables,
    ({ name }) => name,
    stepsOf('variable'),
    async ({ name, value }) => {
      if (value !== null) await client.variables.set(name, value)
    },
  )
  await each(file.connections, connectionName, stepsOf('connection'), (it, step) =>
    step.does === 'create' ? createConnection(client, it) : updateConnection(client, it, step.fields),
  )
  await each(file.schedules, scheduleName, stepsOf('schedule'), (it, step) => setSchedule(client, it, step))
  if (file.environment && admin && stepsOf('environment').size > 0) {
    const { max_runs: maxRuns, weight, validate } = file.environment
    await admin.client.environments.update(admin.environment, {
      ...{ maxRuns, weight },
      ...(validate !== undefined && { validate }),
    })
  }
}

export const changes = ({ does }: Step): boolean => does === 'create' || does === 'update'

async function each<T>(
  all: T[],
  nameOf: (it: T) => string,
  steps: Map<string, Step>,
  work: (it: T, step: Step) => Promise<unknown>,
): Promise<void> {
  const due = all.flatMap((it) => {
    const step = steps.get(nameOf(it))
    return step ? [{ it, step }] : []
  })
  for (let from = 0; from < due.length; from += AT_ONCE)
    await Promise.all(due.slice(from, from + AT_ONCE).map(({ it, step }) => work(it, step)))
}

const createIntegration = (client: Syncline, integration: ConfiguredIntegration) =>
  client.integrations.create(camelCase<CreateIntegration>(integration))

/** What the file does not set goes back to the provider's. */
function updateIntegration(client: Syncline, integration: ConfiguredIntegration, fields: string[]) {
  const given: Record<string, unknown> = { ...integration }
  const changed = Object.fromEntries(fields.map((name) => [name, given[name] ?? null]))
  return client.integrations.update(integration.unique_key, camelCase<UpdateIntegration>(changed))
}

async function createConnection(client: Syncline, connection: Configuration['connections'][number]) {
  await client.connections.create(camelCase<CreateConnection>(connection))
}

async function updateConnection(
  client: Syncline,
  connection: Configuration['connections'][number],
  fields: string[],
): Promise<void> {
  const { provider_config_key: providerConfigKey, connection_id: connectionId, metadata } = connection
  const where = { providerConfigKey, connectionId }
  if (fields.includes('metadata'))
    await client.connections.setMetadata({ ...where, metadata: metadata ?? {} })
  if (!fields.some((name) => name !== 'metadata')) return
  await client.connections.update({
    ...where,
    ...(fields.includes('tags') && { tags: connection.tags ?? {} }),
    ...(fields.includes('end_user') && connection.end_user && { endUser: connection.end_user }),
    ...(fields.includes('webhook_url_override') && {
      webhookUrlOverride: connection.webhook_url_override ?? '',
    }),
  })
}

async function setSchedule(
  client: Syncline,
  schedule: ConfiguredSchedule,
  { does, fields }: Step,
): Promise<void> {
  const { provider_config_key: providerConfigKey, connection_id: connectionId, frequency, paused } = schedule
  const sync = { name: schedule.sync_name, variant: schedule.variant }
  const isNew = does === 'create'
  if (isNew) await client.syncs.createVariant({ providerConfigKey, connectionId, ...sync })
  if (isNew ? frequency !== null : fields.includes('frequency'))
    await client.syncs.setFrequency({ providerConfigKey, connectionId, sync, frequency })
  if (isNew ? paused : fields.includes('paused')) {
    const which = { providerConfigKey, connectionId, syncs: [sync] }
    await (paused ? client.syncs.pause(which) : client.syncs.start(which))
  }
}

/** With the names of fields that the client has. What is in the file was written by an export, or is checked by the API. */
function camelCase<T>(fields: object): T {
  const entries = Object.entries(fields).map(([name, value]) => [
    name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ])
  return Object.fromEntries(entries) as T
}
