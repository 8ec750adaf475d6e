import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'

export const variableDelete = () =>
  restCommand('delete')
    .description('delete a variable of the environment')
    .argument('<name>')
    .action(async (name: string, options: RestOptions) => {
      await clientOf(options).variables.delete(name)
      console.log(`Deleted '${name}'.`)
    })
