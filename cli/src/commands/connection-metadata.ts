import { type JsonObject, parseJson } from '../json-object.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'

interface Options extends RestOptions {
  set?: JsonObject
  replace?: JsonObject
}

export const connectionMetadata = () =>
  restCommand('metadata')
    .description('show or change what sync functions can read of a connection')
    .argument('<integration>')
    .argument('<id>')
    .option('--set <json>', 'change the given keys', parseJson)
    .option('--replace <json>', 'instead of all that is there; before --set', parseJson)
    .option('--json', 'it is JSON in any case')
    .action(async (integration: string, id: string, { set, replace, ...options }: Options) => {
      const client = clientOf(options)
      if (replace !== undefined) await client.setMetadata(integration, id, replace)
      if (set !== undefined) await client.updateMetadata(integration, id, set)
      console.log(JSON.stringify(await client.getMetadata(integration, id), null, 2))
    })
