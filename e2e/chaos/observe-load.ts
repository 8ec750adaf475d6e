import { SynclineError } from '@syncline/sdk'
import type { Load, Tenant } from './load.ts'
import type { LoadObserved } from './load-invariants.ts'
import type { RunEvent } from './run-events.ts'

/** How long accepted commands and actions may take when all is quiet: a message that comes again does so within 15 s. */
const ENDS_MS = 60_000

/** What has become of commands and actions that were accepted. */
export async function observeLoad(
  load: Load,
  tenants: Tenant[],
): Promise<Omit<LoadObserved, 'acted' | 'ended'>> {
  const signal = AbortSignal.timeout(ENDS_MS)
  const clientOf = (environment: string) => {
    const client = tenants.find((tenant) => tenant.environment === environment)?.client
    if (!client) throw new Error(`there is no environment '${environment}'`)
    return client
  }
  const commands = load.commands.map(async (command) => {
    if (command.commandId === undefined) return { ...command, state: undefined }
    const ended = clientOf(command.environment).commands.wait(command.commandId, {
      signal,
      deadlineMs: ENDS_MS,
    })
    const found = await ended.catch(codeOf)
    if (typeof found === 'string') return { ...command, state: found }
    return { ...command, state: found.state, runs: (found.result?.runs ?? []).map(({ id }) => id) }
  })
  const actions = load.actions.map(async (action) => {
    const [, id] = /^\/action\/(.+)$/.exec(action.statusUrl ?? '') ?? []
    if (id === undefined) return { ...action, result: undefined }
    const ended = clientOf(action.environment).actions.wait(id, { signal, deadlineMs: ENDS_MS })
    return { ...action, result: await ended.then(() => 'output', codeOf) }
  })
  return { commands: await Promise.all(commands), actions: await Promise.all(actions) }
}

export function endedRuns(events: RunEvent[]): Set<string> {
  return new Set(events.filter(({ type }) => type === 'run.ended').map(({ run }) => run))
}

function codeOf(error: unknown): string {
  if (!(error instanceof SynclineError)) throw error
  return ['timeout', 'aborted'].includes(error.code) ? 'none' : error.code
}
