import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { shellQuoted } from '../shell-quoted.ts'

interface Options extends RestOptions {
  variant: string
}

export const deletionsRelease = () =>
  restCommand('release')
    .description(routeSummary('releaseHeldDeletion'))
    .argument('<integration>')
    .argument('<connection>')
    .argument('<model>')
    .option('--variant <name>', 'of the sync', 'base')
    .action(
      async (integration: string, connection: string, model: string, { variant, ...options }: Options) => {
        const { unseen, live } = await clientOf(options).heldDeletions.release({
          providerConfigKey: integration,
          connectionId: connection,
          model,
          variant,
        })
        console.log(
          `Released. The next complete pass deletes what it does not save again; the last one missed ${unseen} of ${live} records. ` +
            `To run it now: syncline trigger ${shellQuoted(integration)} --connection ${shellQuoted(connection)}`,
        )
      },
    )
