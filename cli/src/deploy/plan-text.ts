import type { PlanDeploymentAnswer, PlannedChange, PlannedModel } from '@syncline/sdk'
import { shellQuoted } from '../shell-quoted.ts'
import { table } from '../table.ts'

/** Functions of one change that are listed; `--json` has all. */
const LISTED_MAX = 50
const FIELDS_MAX = 10
const VALUE_MAX = 60

/** What a deployment would change, for people. */
export function planText({ changes, models, schedules, providers }: PlanDeploymentAnswer): string {
  const shown = (['new', 'changed', 'removed', 'gone'] as const).flatMap((kind) =>
    rowsOf(changes.filter(({ change }) => change === kind)),
  )
  const unchanged = changes.filter(({ change }) => change === 'unchanged').length
  const changedProviders = providers.filter(({ changed }) => changed).map(({ name }) => name)
  const parts = [
    shown.length > 0 && table(['change', 'function', 'version', 'what'], shown),
    unchanged > 0 && `${counted(unchanged, 'function')} unchanged`,
    changedProviders.length > 0 && `providers that change: ${changedProviders.join(', ')}`,
    schedulesText(schedules),
    modelsText(models),
  ]
  return parts.filter((part) => typeof part === 'string' && part !== '').join('\n')
}

type Row = { change: string; function: string; version: string | null; what: string }

function rowsOf(changes: PlannedChange[]): Row[] {
  const rows = changes.slice(0, LISTED_MAX).map((change) => ({
    change: change.change,
    function: `${change.provider_config_key}/${change.name}`,
    version: versionOf(change),
    what: whatOf(change),
  }))
  const more = changes.length - rows.length
  const [first] = changes
  return more > 0 && first
    ? [
        ...rows,
        { change: first.change, function: `and ${more} more`, version: null, what: '--json lists them' },
      ]
    : rows
}

function versionOf({ version, fields }: PlannedChange): string | null {
  const before = fields.find(({ field }) => field === 'version')?.before
  return before ? `${before} → ${version}` : version
}

function whatOf({ kind, change, provider_config_key, name, models, fields }: PlannedChange): string {
  if (change === 'gone') {
    return `not in the folder: syncline undeploy ${shellQuoted(`${provider_config_key}/${name}`)}`
  }
  if (change === 'removed') return kind === 'sync' ? 'with its schedules and records' : ''
  if (change === 'new') return kind === 'sync' ? `sync of ${short(models.join(', '))}` : kind
  // The version has a column of its own.
  const shown = fields.filter(({ field }) => field !== 'version')
  return shown.map(fieldText).join('; ')
}

function fieldText({ field, before, after }: PlannedChange['fields'][number]): string {
  if (field === 'code') return 'code'
  if (before === null && after !== null) return `${field}: ${short(after)}`
  if (before !== null && after === null) return `${field}: no longer ${short(before)}`
  if (short(before) === short(after)) return field
  return `${field}: ${short(before)} → ${short(after)}`
}

function short(text: string | null): string {
  if (text === null) return 'none'
  return text.length <= VALUE_MAX ? text : `${text.slice(0, VALUE_MAX)}…`
}

function schedulesText({ start, stop, change_frequency }: PlanDeploymentAnswer['schedules']): string {
  const parts = [
    start > 0 && `${start} start`,
    stop > 0 && `${stop} stop`,
    change_frequency > 0 && `${change_frequency} change their frequency`,
  ].filter((part) => part !== false)
  return parts.length > 0 ? `schedules: ${parts.join(', ')}` : ''
}

/** Those that readers have to know of: new ones are in the list of functions. */
function modelsText(models: PlannedModel[]): string {
  const lines = models.flatMap(({ provider_config_key, model, change, renamed_to, fields }) => {
    const name = `model ${provider_config_key}/${model}`
    if (change === 'gone') {
      const renamed = renamed_to === null ? '' : `: its sync saves '${renamed_to}' instead`
      return [`${name} is gone${renamed}. Reading it will be a 404 unknown_model`]
    }
    if (change !== 'changed') return []
    const shown = fields.slice(0, FIELDS_MAX).map(modelField)
    const more = fields.length > FIELDS_MAX ? [`and ${fields.length - FIELDS_MAX} more`] : []
    return [`${name} changes: ${[...shown, ...more].join(', ')}`]
  })
  return lines.join('\n')
}

function modelField({ field, before, after }: PlannedModel['fields'][number]): string {
  if (before === null) return `+ ${field} (${short(after)})`
  if (after === null) return `- ${field}`
  return `${field}: ${short(before)} → ${short(after)}`
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
