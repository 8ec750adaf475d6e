import { InvalidArgumentError } from 'commander'
import { type JsonObject, parseJson } from '../json-object.ts'
import { readValue } from '../read-value.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'

const place = (name: string) =>
  restCommand(name)
    .argument('<integration>')
    .argument('<connection>')
    .option('--json', 'it is JSON in any case')
const json = 'a JSON object; @<file> is read from a file, - from stdin'

export const metadataGet = () =>
  place('get')
    .description('show what functions can read of a connection')
    .action((integration: string, connection: string, options: RestOptions) =>
      print(integration, connection, options),
    )

export const metadataSet = () =>
  place('set')
    .description(routeSummary('setMetadata'))
    .argument('<json>', json, readJson)
    .action(async (integration: string, connection: string, metadata: JsonObject, options: RestOptions) => {
      await clientOf(options).setMetadata(integration, connection, metadata)
      await print(integration, connection, options)
    })

export const metadataMerge = () =>
  place('merge')
    .description(routeSummary('updateMetadata'))
    .argument('<json>', json, readJson)
    .action(async (integration: string, connection: string, metadata: JsonObject, options: RestOptions) => {
      await clientOf(options).updateMetadata(integration, connection, metadata)
      await print(integration, connection, options)
    })

async function print(integration: string, connection: string, options: RestOptions): Promise<void> {
  console.log(JSON.stringify(await clientOf(options).getMetadata(integration, connection), null, 2))
}

function readJson(text: string): JsonObject {
  try {
    return parseJson(readValue(text))
  } catch (error) {
    if (error instanceof InvalidArgumentError || !(error instanceof Error)) throw error
    throw new InvalidArgumentError(error.message) // there is no such file
  }
}
