import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'

export const providerDelete = () =>
  restCommand('delete')
    .description('delete a deployed provider')
    .argument('<name>')
    .action(async (name: string, options: RestOptions) => {
      await clientOf(options).providers.delete(name)
      console.log(`Deleted provider '${name}'.`)
    })
