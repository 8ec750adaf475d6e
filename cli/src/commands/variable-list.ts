import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'

export const variableList = () =>
  restCommand('list')
    .description(routeSummary('listVariables'))
    .addOption(jsonOption())
    .action(async (options: RestOptions & JsonOptions) => {
      const variables = await clientOf(options).variables.list()
      show(options, variables, () =>
        table(
          ['name'],
          variables.map(({ name }) => ({ name })),
        ),
      )
    })
