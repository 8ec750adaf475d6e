import { accepted } from '../accepted.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { UsageError } from '../usage-error.ts'

interface Options extends RestOptions {
  connection?: string
  run?: string
}

export const cancel = () =>
  restCommand('cancel')
    .description('end runs at once; their schedules go on at the next slots')
    .argument('[integration]', 'whose syncs; or give --run')
    .argument('[syncs...]', 'name or name::variant; all when absent')
    .option('--connection <id>', 'only on this connection')
    .option('--run <id>', 'only this run')
    .action(async (integration: string | undefined, syncs: string[], options: Options) => {
      const { connection, run } = options
      if ((integration === undefined) === (run === undefined)) {
        throw new UsageError('what to cancel? Give an integration, or --run <id>')
      }
      const client = clientOf(options)
      const { cancelled, command_id } =
        run === undefined
          ? await client.syncs.cancel({
              providerConfigKey: integration ?? '',
              syncs,
              ...(connection !== undefined && { connectionId: connection }),
            })
          : await client.runs.cancel(run)
      if (command_id !== undefined) {
        return console.log(accepted('cancels'))
      }
      console.log(cancelled === 1 ? 'Ended 1 run.' : `Ended ${cancelled} runs.`)
    })
