import type { ListedRun } from '@syncline/sdk'
import { facts } from '../facts.ts'
import { fullName } from '../full-name.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { runState } from '../why-text.ts'

export const runShow = () =>
  restCommand('show')
    .description(routeSummary('getRun'))
    .argument('<id>', 'of the run, as `syncline runs` has it')
    .addOption(jsonOption())
    .action(async (id: string, options: RestOptions & JsonOptions) => {
      show(options, await clientOf(options).runs.get(id), runText)
    })

function runText(run: ListedRun): string {
  const counts = Object.entries(run.result).map(
    ([model, { added, updated, deleted }]) =>
      `${model}: ${added} added, ${updated} updated, ${deleted} deleted`,
  )
  const lines = facts([
    ['run', run.id],
    ['integration', run.provider_config_key],
    ['connection', run.connection_id],
    ['sync', fullName(run.sync_name, run.variant)],
    ['state', runState(run)],
    ['cause', run.cause],
    ['attempt', run.attempt],
    ['requested', run.requestedAt],
    ['started', run.startedAt],
    ['finished', run.finishedAt],
    ['records', counts.join('; ')],
    ['error', run.error],
    ['warning', run.warning],
    ['waits for', run.parked],
    ['waits until', run.throttled?.until && `${run.throttled.until}: ${run.throttled.reason}`],
  ])
  return run.lastLines.length === 0 ? lines : [lines, '', 'end of its log:', ...run.lastLines].join('\n')
}
