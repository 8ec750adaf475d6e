import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'

export const integrationDelete = () =>
  restCommand('delete')
    .description('delete an integration with its connections and syncs')
    .argument('<key>')
    .action(async (key: string, options: RestOptions) => {
      await clientOf(options).integrations.delete(key)
      console.log(`Deleted integration '${key}'.`)
    })
