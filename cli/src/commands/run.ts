import type { ListedRun } from '@syncline/sdk'
import { facts } from '../facts.ts'
import { fullName } from '../full-name.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { runState } from '../why-text.ts'

export const run = () =>
  restCommand('run')
    .description(routeSummary('getRun'))
    .argument('<id>', 'of the run, as `syncline runs` has it')
    .addOption(jsonOption())
    .action(async (id: string, options: RestOptions & JsonOptions) => {
      show(options, await clientOf(options).runs.get(id), runText)
    })

function runText(it: ListedRun): string {
  const counts = Object.entries(it.result).map(
    ([model, { added, updated, deleted, unchanged }]) =>
      `${model}: ${added} added, ${updated} updated, ${deleted} deleted${unchanged === undefined ? '' : `, ${unchanged} unchanged`}`,
  )
  const lines = facts([
    ['run', it.id],
    ['integration', it.provider_config_key],
    ['connection', it.connection_id],
    ['sync', fullName(it.sync_name, it.variant)],
    ['state', runState(it)],
    ['cause', it.cause],
    ['attempt', it.attempt],
    ['requested', it.requestedAt],
    ['started', it.startedAt],
    ['finished', it.finishedAt],
    ['records', counts.join('; ')],
    ['error', it.error],
    ['warning', it.warning],
    ['waits for', it.parked],
    ['waits until', it.throttled?.until && `${it.throttled.until}: ${it.throttled.reason}`],
  ])
  return it.lastLines.length === 0 ? lines : [lines, '', 'end of its log:', ...it.lastLines].join('\n')
}
