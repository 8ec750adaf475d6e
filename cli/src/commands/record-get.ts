import { type Path, readPath } from '../path.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'

export const recordGet = () =>
  restCommand('get')
    .description(routeSummary('getRecord'))
    .argument('<model>', 'such as github/Issue, or of a variant github/Issue::team-a', readPath)
    .argument('<connection>')
    .argument('<id>', 'of the record')
    .addOption(jsonOption())
    .action(async (model: Path, connectionId: string, id: string, options: RestOptions & JsonOptions) => {
      const { integration: providerConfigKey, name, variant } = model
      const where = { providerConfigKey, connectionId, model: name, variant, id }
      // A record has any fields: JSON is for people too.
      const record = await clientOf(options).records.get(where)
      show(options, record, (it) => JSON.stringify(it, null, 2))
    })
