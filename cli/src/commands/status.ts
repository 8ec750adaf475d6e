import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { syncMessage } from '../sync-message.ts'
import { table } from '../table.ts'

export const status = () =>
  restCommand('status')
    .description('show how syncs are doing')
    .argument('<integration>')
    .argument('[syncs...]', 'name or name::variant; all when absent')
    .option('--connection <id>', 'only on this connection')
    .action(async (integration: string, names: string[], { connection, ...options }: Options) => {
      const { syncs } = await clientOf(options).syncStatus(
        integration,
        names.length > 0 ? names : '*',
        connection,
      )
      const rows = syncs.map((sync) => ({
        sync: sync.variant === 'base' ? sync.name : `${sync.name}::${sync.variant}`,
        connection: sync.connection_id,
        status: sync.status,
        frequency: sync.frequency,
        finished: sync.finishedAt ?? null,
        next: sync.nextScheduledSyncAt,
        records: Object.entries(sync.recordCount)
          .map(([model, count]) => `${model} ${count}`)
          .join(', '),
        message: syncMessage(sync),
      }))
      const columns = [
        'sync',
        'connection',
        'status',
        'frequency',
        'finished',
        'next',
        'records',
        'message',
      ] as const
      console.log(table([...columns], rows))
    })

interface Options extends RestOptions {
  connection?: string
}
