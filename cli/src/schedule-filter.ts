import type { ScheduleFilter, StaleReason } from '@syncline/sdk'
import type { Command } from 'commander'
import { collect, collectTags } from './collect.ts'
import { staleReasons } from './stale-hint.ts'

export interface FilterOptions {
  connection?: string
  state?: ('started' | 'paused')[]
  runState?: ('queued' | 'running')[]
  reason?: StaleReason[]
  stale?: boolean
  failing?: boolean
  tag?: Record<string, string>
  syncVersion?: string
  search?: string
}

/** The arguments and options that say which schedules a command is about. */
export function withScheduleFilter(command: Command): Command {
  return command
    .argument('[integration]', 'all when absent')
    .argument('[syncs...]', 'name or name::variant; all when absent')
    .option('--connection <id>', 'only on this connection')
    .option('--stale', 'only those whose records are older than they may be')
    .option('--failing', 'only those whose last run failed, stale or not')
    .option(
      '--reason <reasons>',
      `only those that are stale for it: ${staleReasons.join(', ')}`,
      collect(staleReasons),
    )
    .option('--state <states>', 'only those that are started or paused', collect(['started', 'paused']))
    .option('--run-state <states>', 'only those with a run: queued, running', collect(['queued', 'running']))
    .option('--tag <name=value>', 'only on connections with this tag; may be repeated', collectTags)
    .option('--sync-version <version>', 'only those whose sync is deployed in this version')
    .option('--search <text>', 'only those with this text in integration, connection, sync, variant or a tag')
}

export function scheduleFilter(
  integration: string | undefined,
  names: string[],
  options: FilterOptions,
): ScheduleFilter {
  return {
    ...(integration !== undefined && { providerConfigKey: integration }),
    ...(options.connection !== undefined && { connectionId: options.connection }),
    ...(names.length > 0 && { syncs: names }),
    ...(options.state && { state: options.state }),
    ...(options.runState && { runState: options.runState }),
    ...(options.reason && { reason: options.reason }),
    ...(options.stale && { stale: true }),
    ...(options.failing && { failing: true }),
    ...(options.tag && { tags: options.tag }),
    ...(options.syncVersion !== undefined && { version: options.syncVersion }),
    ...(options.search !== undefined && { q: options.search }),
  }
}
