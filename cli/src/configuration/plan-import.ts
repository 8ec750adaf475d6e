import { isDeepStrictEqual } from 'node:util'
import type { Configuration } from './configuration.ts'
import type { Present } from './read-configuration.ts'

type Kind = 'provider' | 'integration' | 'variable' | 'connection' | 'schedule' | 'environment'

/** One thing of the file. */
export interface Step {
  kind: Kind
  name: string
  does: 'create' | 'update' | 'unchanged' | 'skip'
  /** Names of the fields that change. */
  fields: string[]
  /** Why it is skipped, and what to do. */
  reason: string | null
}

/** Of an integration: what has no default to go back to. */
const keptIfAbsent = ['credentials', 'display_name', 'forward_webhooks', 'integration_config', 'custom']

export interface ImportPlan {
  steps: Step[]
  /** What the environment has and the file has not: it stays. By kind. */
  kept: Record<string, string[]>
}

interface Options {
  /** Limits of an environment need the admin key. */
  hasAdminKey: boolean
}

/** What an import would change. Nothing is deleted; what the file does not say of a thing stays as it is. */
export function planImport(file: Configuration, present: Present, { hasAdminKey }: Options): ImportPlan {
  const integrations = new Map(present.integrations.map((it) => [it.unique_key, it]))
  const connections = new Map(present.connections.map((it) => [connectionName(it), it]))
  const known = new Set([...integrations.keys(), ...file.integrations.map((it) => it.unique_key)])
  const providers = new Map(present.providers.map((it) => [it.name, it]))
  const variables = new Map(present.variables.map((it) => [it.name, it.value]))
  const schedules = new Map(present.schedules.map((it) => [scheduleName(it), it]))

  const connectionSteps = file.connections.map((it) => {
    const name = connectionName(it)
    const step = stepOf('connection', name)
    const before = connections.get(name)
    if (before !== undefined) {
      // Its credentials may have been renewed since the file was written: it keeps them.
      const fields = changed(it, before).filter((field) => field !== 'credentials')
      if (!fields.includes('connection_config')) return step.update(fields)
      return step.skip(
        `its connection_config differs: give it with credentials, syncline connection create ${name.replace('/', ' ')} --config …`,
      )
    }
    if (!known.has(it.provider_config_key))
      return step.skip(`there is no integration '${it.provider_config_key}'`)
    return it.credentials === undefined
      ? step.skip(
          `it is new, and the file has no credentials: syncline connection create ${name.replace('/', ' ')}, or export with --with-secrets`,
        )
      : step.create()
  })
  const made = new Set(connectionSteps.filter(({ does }) => does !== 'skip').map(({ name }) => name))
  const steps = [
    ...file.providers.map((it) => {
      const before = providers.get(it.name)
      const step = stepOf('provider', it.name)
      return before ? step.update(changed(it, before, true)) : step.create()
    }),
    ...file.integrations.map((it) => {
      const before = integrations.get(it.unique_key)
      const step = stepOf('integration', it.unique_key)
      if (!before) return step.create()
      if (before.provider !== it.provider)
        return step.skip(`its provider is '${before.provider}', and that of an integration can't change`)
      return step.update(
        changed(it, before, true).filter((field) => field in it || !keptIfAbsent.includes(field)),
      )
    }),
    ...file.variables.map(({ name, value }) => {
      const step = stepOf('variable', name)
      const before = variables.get(name)
      if (value === null)
        return before === undefined
          ? step.skip(`the file has no value: syncline variable set ${name} …`)
          : step.update([])
      return before === undefined ? step.create() : step.update(before === value ? [] : ['value'])
    }),
    ...connectionSteps,
    ...file.schedules.map((it) => {
      const step = stepOf('schedule', scheduleName(it))
      const sync = `${it.provider_config_key}/${it.sync_name}`
      if (!present.syncs.has(sync))
        return step.skip(`sync '${sync}' is not deployed: deploy it, and import again`)
      const connection = connectionName(it)
      if (!connections.has(connection) && !made.has(connection))
        return step.skip(`there is no connection '${connection}'`)
      const before = schedules.get(scheduleName(it))
      if (before === undefined && it.variant !== 'base') return step.create()
      return step.update(changed(it, before ?? { ...it, frequency: null, paused: false }))
    }),
    ...(file.environment ? [limitsStep(file.environment, present.environment ?? {}, hasAdminKey)] : []),
  ]
  return { steps, kept: keptOf(file, present) }
}

export const connectionName = (it: { provider_config_key: string; connection_id: string }) =>
  `${it.provider_config_key}/${it.connection_id}`

export const scheduleName = (it: Configuration['schedules'][number]) =>
  `${it.provider_config_key}/${it.sync_name}${it.variant === 'base' ? '' : `::${it.variant}`} of ${it.connection_id}`

function limitsStep(limits: object, before: object, hasAdminKey: boolean): Step {
  const step = stepOf('environment', 'limits')
  const fields = changed(limits, before)
  if (fields.length === 0 || hasAdminKey) return step.update(fields)
  return step.skip(`${fields.join(', ')} would change: set SYNCLINE_ADMIN_KEY, and import again`)
}

function stepOf(kind: Kind, name: string) {
  const step = (does: Step['does'], fields: string[] = [], reason: string | null = null): Step => ({
    ...{ kind, name, does, fields, reason },
  })
  return {
    create: () => step('create'),
    update: (fields: string[]) => step(fields.length === 0 ? 'unchanged' : 'update', fields),
    skip: (reason: string) => step('skip', [], reason),
  }
}

/** Names of fields that differ. `whole`: those that only `before` has count too. */
function changed(wanted: object, before: object, whole = false): string[] {
  const [now, then] = [new Map(Object.entries(wanted)), new Map(Object.entries(before))]
  const names = whole ? new Set([...now.keys(), ...then.keys()]) : now.keys()
  return [...names].filter((name) => !isDeepStrictEqual(now.get(name), then.get(name))).sort()
}

function keptOf(file: Configuration, present: Present): Record<string, string[]> {
  const others = <T>(wanted: T[], there: T[], nameOf: (it: T) => string) => {
    const names = new Set(wanted.map(nameOf))
    return there.map(nameOf).filter((name) => !names.has(name))
  }
  const all = {
    providers: others(file.providers, present.providers, (it) => it.name),
    integrations: others(file.integrations, present.integrations, (it) => it.unique_key),
    variables: others(file.variables, present.variables, (it) => it.name),
    connections: others(file.connections, present.connections, connectionName),
    schedules: others(file.schedules, present.schedules, scheduleName),
  }
  return Object.fromEntries(Object.entries(all).filter(([, names]) => names.length > 0))
}
