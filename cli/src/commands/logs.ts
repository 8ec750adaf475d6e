import type { Syncline } from '@syncline/sdk'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { UsageError } from '../usage-error.ts'

interface Options extends RestOptions, JsonOptions {
  integration?: string
  connection?: string
  sync?: string
  variant: string
}

export const logs = () =>
  restCommand('logs')
    .description(routeSummary('listLogs'))
    .argument('[run]', 'its id; or say which sync, for its last run')
    .option('--integration <key>')
    .option('--connection <id>')
    .option('--sync <name>')
    .option('--variant <name>', 'of the sync', 'base')
    .addOption(jsonOption())
    .action(async (run: string | undefined, options: Options) => {
      const client = clientOf(options)
      const answer = await client.runs.logs(run ?? (await lastRun(client, options)))
      if (!options.json && answer.lines.length === 0) return
      show(options, answer, ({ lines }) =>
        lines.map(({ at, level, message }) => `${at} ${level.padEnd(5)} ${message}`).join('\n'),
      )
    })

async function lastRun(
  client: Syncline,
  { integration, connection, sync, variant }: Options,
): Promise<string> {
  if (integration === undefined || connection === undefined || sync === undefined) {
    throw new UsageError('which run? Give its id, or --integration, --connection and --sync')
  }
  const { runs } = await client.runs.list({
    providerConfigKey: integration,
    sync: { name: sync, variant },
    connectionId: connection,
    limit: 1,
  })
  if (runs[0] === undefined) throw new Error(`sync '${sync}' has not run on connection '${connection}' yet`)
  return runs[0].id
}
