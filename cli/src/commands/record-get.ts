import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'

interface Options extends RestOptions, JsonOptions {
  variant: string
}

export const recordGet = () =>
  restCommand('get')
    .description(routeSummary('getRecord'))
    .argument('<integration>')
    .argument('<connection>')
    .argument('<model>')
    .argument('<id>', 'of the record')
    .option('--variant <name>', 'of the sync', 'base')
    .addOption(jsonOption())
    .action(
      async (
        ...[providerConfigKey, connectionId, model, id, { variant, ...options }]: [
          ...[string, string, string, string],
          Options,
        ]
      ) => {
        const where = { providerConfigKey, connectionId, model, variant, id }
        // A record has any fields: JSON is for people too.
        const record = await clientOf(options).records.get(where)
        show(options, record, (it) => JSON.stringify(it, null, 2))
      },
    )
