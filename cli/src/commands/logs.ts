import type { Syncline } from '@syncline/sdk'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'

interface Options extends RestOptions {
  integration?: string
  connection?: string
  sync?: string
  variant: string
}

export const logs = () =>
  restCommand('logs')
    .description('show what a run has logged')
    .argument('[run]', 'its id; or say which sync, for its last run')
    .option('--integration <key>')
    .option('--connection <id>')
    .option('--sync <name>')
    .option('--variant <name>', '', 'base')
    .action(async (run: string | undefined, options: Options) => {
      const client = clientOf(options)
      const { lines } = await client.runs.logs(run ?? (await lastRun(client, options)))
      for (const { at, level, message } of lines) console.log(`${at} ${level.padEnd(5)} ${message}`)
    })

async function lastRun(
  client: Syncline,
  { integration, connection, sync, variant }: Options,
): Promise<string> {
  if (integration === undefined || connection === undefined || sync === undefined) {
    throw new Error('which run? Give its id, or --integration, --connection and --sync')
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
