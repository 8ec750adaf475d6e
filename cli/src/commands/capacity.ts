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

function capacityText({ environment, integrations, syncs, runners, waiting }: Capacity): string {
  const rows = [
    row('environment', environment),
    ...integrations.map((it) => row('integration', it)),
    ...syncs.map((it) => row('sync', it)),
  ]
  const limits = table(['limit of', 'name', 'running', 'waiting', 'at most', 'weight'], rows)
  const above = [limits, ...(environment.waiting > 0 ? [waitingText(waiting)] : [])].join('\n\n')
  if (runners.length === 0) return `${above}\n\nNo runner is there: no run begins.`
  const columns = ['runner', 'sandbox', 'busy', 'slots', 'reserved', 'seen'] as const
  const fleet = runners.map((it) => ({ ...it, runner: it.id, reserved: it.reserved_slots, seen: it.seen_at }))
  return `${above}\n\n${table([...columns], fleet)}`
}

function row(kind: string, { name, running, waiting, max_runs, weight }: Capacity['environment']) {
  return { 'limit of': kind, name, running, waiting, 'at most': max_runs ?? 'any number', weight }
}

function waitingText({ lanes, reasons }: Capacity['waiting']): string {
  const counts = (of: Record<string, number>) => Object.entries(of).map(([name, runs]) => `${name} ${runs}`)
  return `Runs that wait, by lane: ${counts(lanes).join(', ')}; by reason: ${counts(reasons).join(', ')}.`
}
