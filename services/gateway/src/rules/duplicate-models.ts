import type { Sync } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { Refusal } from './check-functions.ts'
import { type Change, identityOf } from './plan-functions.ts'

/**
 * New and changed syncs that would save a model which another sync of the integration saves: both would write the same records. What
 * was deployed so before there was this rule, and stays as it is, is left alone.
 * @param kept Deployed syncs that the changes do not have.
 */
export function duplicateModels(changes: Change[], kept: Sync[]): Refusal[] {
  const saving = new Map<string, Sync[]>()
  const present = changes.flatMap((change) => (change.kind === 'sync' && change.after ? [change.after] : []))
  for (const sync of [...present, ...kept]) {
    for (const model of sync.models) {
      const key = `${sync.integration} ${model}`
      saving.set(key, [...(saving.get(key) ?? []), sync])
    }
  }
  return changes.flatMap((change): Refusal[] => {
    if (change.kind !== 'sync' || !change.after || !['new', 'changed'].includes(change.change)) return []
    const { kind, integration, name, after } = change
    for (const model of after.models) {
      const other = saving.get(`${integration} ${model}`)?.find((sync) => sync.name !== name)
      if (other) return [{ kind, integration, name, error: duplicate(model, after, other, changes) }]
    }
    return []
  })
}

function duplicate(model: string, sync: Sync, other: Sync, changes: Change[]): AppError {
  const isGone = changes.some(
    (it) => it.change === 'gone' && it.kind === 'sync' && identityOf(it) === identityOf(other),
  )
  const instead = isGone
    ? `which is deployed and not sent: remove it (syncline undeploy ${other.integration}/${other.name}, or --prune), or give the model another name`
    : 'and the records of a model are those of one sync: give it another name in one of them'
  return new AppError(
    'duplicate_model',
    `sync '${identityOf(sync)}' saves the model '${model}', as '${identityOf(other)}' does, ${instead}`,
  )
}
