import { isDeepStrictEqual } from 'node:util'
import type { PlannedChange, PlannedModel } from '@syncline/api'
import type { Sync } from '@syncline/catalog'
import { fieldChanges } from '../rules/model-fields.ts'
import { type Change, identityOf, type SyncChange } from '../rules/plan-functions.ts'

type Schedules = PlannedChange['schedules']
type FieldChanges = PlannedChange['fields']

const NONE: Schedules = { start: 0, stop: 0, change_frequency: 0 }
const SHOWN_MAX = 200
/** What is no field of a request, or is shown in another way. */
const HIDDEN = new Set(['environment', 'integration', 'name', 'deployedAt', 'modelSchemas'])

/** @param connections How many connections an integration has. */
export function changeAnswer(change: Change, connections: (integration: string) => number): PlannedChange {
  const { kind, integration, name, before, after } = change
  return {
    kind,
    provider_config_key: integration,
    name,
    change: change.change,
    version: after?.version ?? null,
    models: change.kind === 'sync' ? ((change.after ?? change.before)?.models ?? []) : [],
    fields: change.change === 'changed' ? fieldsThatDiffer({ ...before }, { ...after }) : [],
    schedules: change.kind === 'sync' ? schedulesOf(change, connections) : NONE,
  }
}

export function sumOf(changes: PlannedChange[]): Schedules {
  const sum = { ...NONE }
  for (const { schedules } of changes) {
    sum.start += schedules.start
    sum.stop += schedules.stop
    sum.change_frequency += schedules.change_frequency
  }
  return sum
}

/** Models that come, change or go, by integration. @param kept Deployed syncs that the changes do not have. */
export function modelAnswers(changes: Change[], kept: Sync[]): PlannedModel[] {
  const syncs = changes.filter((change) => change.kind === 'sync')
  const old = modelsOf([...kept, ...syncs.flatMap(({ before }) => before ?? [])])
  const present = modelsOf([...kept, ...syncs.flatMap(({ after }) => after ?? [])])
  const keys = [...new Set([...old.keys(), ...present.keys()])].sort()
  return keys.flatMap((key): PlannedModel[] => {
    const [before, after] = [old.get(key), present.get(key)]
    const { integration, model } = (after ?? before) as Saved // it is in one of them
    const answer = { provider_config_key: integration, model, renamed_to: null, fields: [] }
    if (before === undefined) return [{ ...answer, change: 'new' }]
    if (after === undefined)
      return [{ ...answer, change: 'gone', renamed_to: renamedTo(model, integration, syncs, old) }]
    const schemas = [before, after].map(({ sync }) => sync.modelSchemas?.[model])
    const [was, is] = schemas
    const fields = was && is ? fieldChanges(was, is) : []
    return fields.length > 0 ? [{ ...answer, change: 'changed', fields }] : []
  })
}

interface Saved {
  integration: string
  model: string
  sync: Sync
}

function modelsOf(syncs: Sync[]): Map<string, Saved> {
  return new Map(
    syncs.flatMap((sync) =>
      sync.models.map((model) => [
        identityOf({ integration: sync.integration, name: model }),
        { integration: sync.integration, model, sync },
      ]),
    ),
  )
}

/** If its sync saves one model less and one more. */
function renamedTo(
  model: string,
  integration: string,
  syncs: SyncChange[],
  old: Map<string, Saved>,
): string | null {
  const change = syncs.find(
    ({ before, after }) => after && before?.integration === integration && before.models.includes(model),
  )
  if (!change) return null
  const { before, after } = change
  const lost = before?.models.filter((name) => !after?.models.includes(name)) ?? []
  const gained = after?.models.filter((name) => !old.has(identityOf({ integration, name }))) ?? []
  return lost.length === 1 && gained.length === 1 ? (gained[0] ?? null) : null
}

function schedulesOf(
  { change, before, after, integration }: SyncChange,
  connections: (integration: string) => number,
) {
  if (change === 'new') return { ...NONE, start: after?.autoStart ? connections(integration) : 0 }
  if (change === 'removed') return { ...NONE, stop: connections(integration) }
  if (change !== 'changed' || before?.frequency === after?.frequency) return NONE
  return { ...NONE, change_frequency: connections(integration) }
}

function fieldsThatDiffer(before: Record<string, unknown>, after: Record<string, unknown>): FieldChanges {
  const names = [...new Set(['bundle', ...Object.keys(before), ...Object.keys(after)])]
  const differing = names.filter((name) => !isDeepStrictEqual(before[name], after[name]))
  const shown = differing.filter((name) => !HIDDEN.has(name))
  if (shown.length === 0 && differing.includes('modelSchemas')) shown.push('modelSchemas')
  return shown.map((name) =>
    name === 'bundle'
      ? { field: 'code', before: hashOf(before.bundle), after: hashOf(after.bundle) }
      : { field: fieldName(name), before: textOf(before[name]), after: textOf(after[name]) },
  )
}

const hashOf = (bundle: unknown) => String(bundle).slice(0, 12)

const fieldName = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null
  const isList = Array.isArray(value) && value.every((it) => typeof it === 'string')
  const text = typeof value === 'string' ? value : isList ? value.join(', ') : JSON.stringify(value)
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`
}
