import type { Capacity } from '@syncline/sdk'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'

export const capacity = () =>
  restCommand('capacity')
    .description(routeSummary('getCapacity'))
    .addOption(jsonOption())
    .action(async (options: RestOptions & JsonOptions) => {
      show(options, await clientOf(options).schedules.capacity(), capacityText)
    })

function capacityText({ environment, integrations, syncs, runners }: Capacity): string {
  const rows = [
    row('environment', environment),
    ...integrations.map((it) => row('integration', it)),
    ...syncs.map((it) => row('sync', it)),
  ]
  const limits = table(['limit of', 'name', 'running', 'waiting', 'at most', 'weight'], rows)
  if (runners.length === 0) return `${limits}\n\nNo runner is there: no run begins.`
  const columns = ['runner', 'sandbox', 'busy', 'slots', 'reserved', 'seen'] as const
  const fleet = runners.map((it) => ({ ...it, runner: it.id, reserved: it.reserved_slots, seen: it.seen_at }))
  return `${limits}\n\n${table([...columns], fleet)}`
}

function row(kind: string, { name, running, waiting, max_runs, weight }: Capacity['environment']) {
  return { 'limit of': kind, name, running, waiting, 'at most': max_runs ?? 'any number', weight }
}
