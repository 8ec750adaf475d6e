import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { table } from '../table.ts'

export const variableList = () =>
  restCommand('list')
    .description('show the names of the variables')
    .action(async (options: RestOptions) => {
      const variables = await clientOf(options).getEnvironmentVariables()
      console.log(
        table(
          ['name'],
          variables.map(({ name }) => ({ name })),
        ),
      )
    })
