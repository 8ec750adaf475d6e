import type { Command, CommandAnswer, Target } from '@syncline/proto'
import { openOwnWorld } from './read-schedules.ts'
import type { World } from './world.ts'

export const ONE = { providerConfigKey: 'github', connectionId: 'one' }
export const BASE = { name: 'issues', variant: 'base' }

/** A world of its own with these syncs and connections of the integration 'github'. */
export async function prepared(
  { syncs, connections, autoStart = true }: { syncs: string[]; connections: string[]; autoStart?: boolean },
  settings: Record<string, string> = {},
) {
  const world = await openOwnWorld(settings)
  for (const name of syncs) await world.deploy({ name, autoStart })
  for (const id of connections) await world.connect(id)
  return world
}

export async function send(world: World, action: NonNullable<Command['action']>) {
  return (await world.command(action)).answer
}

export function refusal(result: CommandAnswer['result']): string | undefined {
  return result?.$case === 'refused' ? result.value.code : undefined
}

export function trigger(
  target: Partial<Target>,
  { reset = false, emptyCache = false, withRuns = false } = {},
) {
  return { $case: 'trigger' as const, value: { target: whole(target), reset, emptyCache, withRuns } }
}

export function pause(target: Partial<Target>) {
  return { $case: 'pause' as const, value: { target: whole(target) } }
}

export function whole(target: Partial<Target>): Target {
  return { providerConfigKey: '', connectionId: '', syncs: [], ...target }
}
