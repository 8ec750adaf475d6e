import type { ListedRun, ListRunChangesAnswer, RunAttempt } from '@syncline/sdk'
import { attemptsText } from '../attempts-text.ts'
import { facts } from '../facts.ts'
import { fullName } from '../full-name.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'
import { UsageError } from '../usage-error.ts'
import { wholeNumber } from '../whole-number.ts'
import { runState } from '../why-text.ts'

interface Options extends RestOptions, JsonOptions {
  changes?: boolean
  model?: string
  limit?: number
  cursor?: string
}

export const run = () =>
  restCommand('run')
    .description(routeSummary('getRun'))
    .argument('<id>', 'of the run, as `syncline runs` has it')
    .option('--changes', 'the records that it has changed, by model')
    .option('--model <name>', 'of its changes: only records of this model')
    .option('--limit <count>', 'of its changes: up to 500', wholeNumber(1, 500))
    .option('--cursor <cursor>', 'of its changes: go on where an earlier list ended')
    .addOption(jsonOption())
    .action(async (id: string, { changes, model, limit, cursor, ...options }: Options) => {
      if (changes) {
        const page = await clientOf(options).runs.changes(id, { model, limit, cursor: cursor ?? null })
        return show(options, page, changesText)
      }
      if ((model ?? limit ?? cursor) !== undefined)
        throw new UsageError('--model, --limit and --cursor go with --changes')
      const { runs } = clientOf(options)
      const [run, { attempts }] = await Promise.all([runs.get(id), runs.attempts(id)])
      show(options, { ...run, attempts }, runText)
    })

function changesText({ changes, next_cursor }: ListRunChangesAnswer): string {
  const more = next_cursor === null ? '' : `\n\nThere may be more: --cursor ${next_cursor}`
  return (
    table(
      ['at', 'action', 'model', 'id', 'bytes'],
      changes.map((it) => ({ ...it })),
    ) + more
  )
}

function runText(it: ListedRun & { attempts: RunAttempt[] }): string {
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
  const end = it.lastLines.length === 0 ? '' : ['end of its log:', ...it.lastLines].join('\n')
  return [lines, attemptsText(it.attempts), end].filter((block) => block !== '').join('\n\n')
}
