import { AppError } from '@syncline/errors'
import type { SetCheckpoint } from '@syncline/proto'
import { BASE, scheduleId } from '../schedules/schedule.ts'
import { ensureMade, unknownSync } from './targets.ts'
import type { CommandDeps } from './variants.ts'

/** Fails with `in_use` while a runner has a run of the schedule: that would save its own checkpoint over this one. */
export async function setCheckpoint(
  deps: CommandDeps,
  environment: string,
  command: string,
  { providerConfigKey, connectionId, sync, checkpoint }: SetCheckpoint,
): Promise<void> {
  if (sync === undefined) throw new AppError('invalid_body', 'the command names no sync')
  const connection = await deps.catalog.connections.get(environment, providerConfigKey, connectionId)
  const id = scheduleId(environment, connection.uid, sync.name, sync.variant)
  const set = () => deps.schedules.setCheckpoint(id, command, checkpoint)
  let result = await set()
  if (result === 'missing' && sync.variant === BASE) {
    await ensureMade(deps, [connection])
    result = await set()
  }
  if (result === 'missing') throw unknownSync(sync, connectionId)
  if (result === 'running') {
    const message = `a run of sync '${sync.name}' is running on '${connectionId}' and saves its own checkpoint: wait for its end, or cancel it`
    throw new AppError('in_use', message)
  }
}
