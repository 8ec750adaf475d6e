import type { Capacity } from '@syncline/sdk'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { table } from '../table.ts'

export const capacity = () =>
  restCommand('capacity')
    .description('show what limits runs, what is in flight and waits, and the runners')
    .action(async (options: RestOptions) => {
      const { environment, integrations, syncs, runners } = await clientOf(options).schedules.capacity()
      const rows = [
        row('environment', environment),
        ...integrations.map((it) => row('integration', it)),
        ...syncs.map((it) => row('sync', it)),
      ]
      console.log(table(['limit of', 'name', 'running', 'waiting', 'at most', 'weight'], rows))
      console.log()
      if (runners.length === 0) return console.log('No runner is there: no run begins.')
      const columns = ['runner', 'sandbox', 'busy', 'slots', 'reserved', 'seen'] as const
      console.log(
        table(
          [...columns],
          runners.map((it) => ({ ...it, runner: it.id, reserved: it.reserved_slots, seen: it.seen_at })),
        ),
      )
    })

function row(kind: string, { name, running, waiting, max_runs, weight }: Capacity['environment']) {
  return { 'limit of': kind, name, running, waiting, 'at most': max_runs ?? 'any number', weight }
}
