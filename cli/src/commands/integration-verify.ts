import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'

export const integrationVerify = () =>
  restCommand('verify')
    .description(routeSummary('verifyProvider'))
    .argument('<key>', 'of `syncline integration list`')
    .argument('<connection>', 'whose credentials the request has; exit code 1 = they do not work')
    .addOption(jsonOption())
    .action(async (key: string, connection: string, options: RestOptions & JsonOptions) => {
      const which = { providerConfigKey: key, connectionId: connection }
      const answer = await clientOf(options).providers.verify(which)
      const { ok, request, status, ms, reason, body } = answer
      show(options, answer, () =>
        [`${request}: ${status ?? 'no answer'} in ${ms} ms`, ...(body ? [body] : [])].join('\n'),
      )
      if (!ok) throw new Error(`connection '${connection}' does not work: ${reason}`)
      if (!options.json) console.log(`Connection '${connection}' works.`)
    })
