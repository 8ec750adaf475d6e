import { AppError } from '@syncline/errors'
import { parseFrequency } from '@syncline/frequency'
import type { ActOnSchedules, ScheduleRefusal } from '@syncline/proto'
import { inChunks } from '../in-chunks.ts'
import type { Definition } from '../schedules/definition.ts'
import { CHANGED_AT_ONCE } from '../store/schedule-store.ts'
import { frequencyChange } from './frequency-change.ts'
import { startSome } from './start-some.ts'
import type { CommandDeps } from './variants.ts'

type Action = NonNullable<ActOnSchedules['action']>
/** Returns those that do not exist; if there are some, it has done nothing with the others, or skips them the next time. */
type Apply = (ids: string[]) => Promise<string[]>

/**
 * Does the same with each of some schedules, in batches of one script; returns those with which nothing was done. If we die in
 * between, the command comes again, and the scripts skip what it has done.
 */
export async function actOnSchedules(
  deps: CommandDeps,
  environment: string,
  command: string,
  { ids, action }: ActOnSchedules,
): Promise<ScheduleRefusal[]> {
  if (action === undefined) throw new AppError('invalid_body', 'the command says not what to do')
  const owners = await deps.schedules.definitionsOf(ids)
  const isThere = (id: string) => owners.get(id)?.environment === environment
  const missing = new Set(ids.filter((id) => !isThere(id)))
  const apply = applyOf(deps, environment, command, action, owners)
  for (const some of inChunks(ids.filter(isThere), CHANGED_AT_ONCE)) {
    const gone = await apply(some)
    for (const id of gone) missing.add(id)
    // One that is removed at this moment must not keep the others from it.
    const left = some.filter((id) => !gone.includes(id))
    if (gone.length > 0 && left.length > 0) for (const id of await apply(left)) missing.add(id)
  }
  return [...missing].map((id) => ({ id, code: 'not_found', message: `there is no schedule '${id}'` }))
}

function applyOf(
  deps: CommandDeps,
  environment: string,
  command: string,
  action: Action,
  owners: Map<string, Definition>,
): Apply {
  const { schedules, notices, limits } = deps
  switch (action.$case) {
    case 'trigger':
      return async (ids) => {
        const { reset } = action.value
        const part = { id: command, ids, reset, emptyCache: false, withRuns: false, isPart: true }
        const { missing, stops } = await schedules.trigger(environment, [part])
        notices.stop(stops)
        return missing
      }
    case 'start':
      return async (ids) => (await startSome(schedules, ids, command)).missing
    case 'pause':
      return async (ids) => (await schedules.pause(ids, command)).missing
    case 'setFrequency': {
      const { frequency } = action.value
      if (frequency !== '') parseFrequency(frequency, limits.frequency)
      const set = (id: string) => setFrequency(deps, command, id, frequency, owners.get(id))
      return async (ids) => {
        const isDone = await Promise.all(ids.map(set))
        return ids.filter((_, index) => !isDone[index])
      }
    }
  }
}

/** False: there is no such schedule. */
async function setFrequency(
  { catalog, schedules, definitions }: CommandDeps,
  command: string,
  id: string,
  frequency: string,
  owner: Definition | undefined,
): Promise<boolean> {
  const sync = owner && (await catalog.syncs.find(owner.environment, owner.integration, owner.sync))
  if (sync === undefined) return false
  const deployed = await definitions.write(sync)
  const change = frequencyChange(id, frequency, sync, deployed?.jitterMs, schedules.now())
  return (await schedules.setFrequency(id, command, change)) !== 'missing'
}
