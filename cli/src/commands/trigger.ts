import type { ListedRun, Syncline } from '@syncline/sdk'
import { accepted } from '../accepted.ts'
import { fullName } from '../full-name.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { shellQuoted } from '../shell-quoted.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'
import { runState } from '../why-text.ts'

const WAIT_MS = 60 * 60_000

interface Options extends RestOptions, JsonOptions {
  connection?: string
  reset?: boolean
  emptyCache?: boolean
  wait?: boolean
}

export const trigger = () =>
  restCommand('trigger')
    .description(routeSummary('triggerSyncs'))
    .argument('<integration>')
    .argument('[syncs...]', 'name or name::variant; all when absent')
    .option('--connection <id>', 'only on this connection')
    .option('--reset', 'forget the checkpoint first')
    .option('--empty-cache', 'with --reset: delete the records too')
    .option('--wait', 'until the runs have ended, for an hour at most; exit code 1 = one did not succeed')
    .addOption(jsonOption())
    .action(async (integration: string, syncs: string[], options: Options) => {
      const { connection, reset = false, emptyCache = false, wait } = options
      const client = clientOf(options)
      const end = Date.now() + WAIT_MS
      const asked = await client.syncs.trigger({
        ...{ providerConfigKey: integration, syncs, reset, emptyCache },
        ...(connection !== undefined && { connectionId: connection }),
      })
      if (!wait) {
        return show(options, asked, ({ command_id }) => {
          const done = command_id === undefined ? 'Triggered.' : accepted('triggers')
          return `${done} Next: syncline status ${shellQuoted(integration)}`
        })
      }
      const answer = asked.command_id ? await resultOf(client, asked.command_id, end) : asked
      const { runs = [], has_more = false } = answer
      const ended: ListedRun[] = []
      for (const { id } of runs) ended.push(await client.runs.wait(id, { deadlineMs: end - Date.now() }))
      show(options, { runs: ended, has_more }, () =>
        ended.length === 0
          ? 'No run was added: each of the syncs runs already.'
          : table(['run', 'connection', 'sync', 'state', 'finished', 'message'], ended.map(row)),
      )
      if (has_more) console.error(`There are more runs than the ${runs.length} that were waited for.`)
      if (ended.some(({ reason }) => reason !== null)) process.exitCode = 1
    })

/** The scheduler did not answer: it names the runs when it has done the command. */
async function resultOf(client: Syncline, id: string, end: number) {
  const { result, error } = await client.commands.wait(id, { deadlineMs: end - Date.now() })
  if (error !== undefined) throw new Error(error.message)
  return result ?? {}
}

function row(run: ListedRun) {
  return {
    ...{ run: run.id, connection: run.connection_id, state: runState(run), finished: run.finishedAt },
    sync: fullName(run.sync_name, run.variant),
    message: run.error ?? run.warning,
  }
}
