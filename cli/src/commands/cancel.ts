import { accepted } from '../accepted.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { UsageError } from '../usage-error.ts'

interface Options extends RestOptions, JsonOptions {
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
    .addOption(jsonOption())
    .action(async (integration: string | undefined, syncs: string[], options: Options) => {
      const { connection, run } = options
      if ((integration === undefined) === (run === undefined)) {
        throw new UsageError('what to cancel? Give an integration, or --run <id>')
      }
      const client = clientOf(options)
      const answer =
        run === undefined
          ? await client.syncs.cancel({
              providerConfigKey: integration ?? '',
              syncs,
              ...(connection !== undefined && { connectionId: connection }),
            })
          : await client.runs.cancel(run)
      show(options, answer, ({ cancelled, command_id }) => {
        if (command_id !== undefined) return accepted('cancels')
        return cancelled === 1 ? 'Ended 1 run.' : `Ended ${cancelled} runs.`
      })
    })
