import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { whyText } from '../why-text.ts'

/** For scripts that watch a sync. */
const EXIT_STALE = 3

export const why = () =>
  restCommand('why')
    .description('say whether a sync is fresh, and if not, why and what to do; exit code 3 = stale')
    .argument('<integration>')
    .argument('<connection>')
    .argument('<sync>')
    .option('--variant <name>', '', 'base')
    .action(
      async (integration: string, connection: string, sync: string, { variant, ...options }: Options) => {
        const answer = await clientOf(options).syncs.why({
          providerConfigKey: integration,
          sync: { name: sync, variant },
          connectionId: connection,
        })
        console.log(whyText(answer))
        if (answer.schedule.freshness.stale) process.exitCode = EXIT_STALE
      },
    )

interface Options extends RestOptions {
  variant: string
}
