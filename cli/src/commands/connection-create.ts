import type { Syncline } from '@syncline/sdk'
import { InvalidArgumentError } from 'commander'
import { collectTags } from '../collect.ts'
import { type JsonObject, parseJson } from '../json-object.ts'
import { readValue } from '../read-value.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { UsageError } from '../usage-error.ts'

type Connection = Parameters<Syncline['connections']['create']>[0]

interface Options extends RestOptions, JsonOptions {
  credentials?: JsonObject
  apiKey?: string
  accessToken?: string
  basic?: [username: string, password: string]
  metadata?: JsonObject
  config?: JsonObject
  tag?: Record<string, string>
  endUser?: JsonObject
  verify?: boolean
}

const SECRET = '; @<file> or - (stdin) keep it off the command line'

export const connectionCreate = () =>
  restCommand('create')
    .description(routeSummary('createConnection'))
    .argument('<integration>')
    .argument('[id]', 'your name for it; made up when absent')
    .option(
      '--credentials <json>',
      `credentials of any type, such as {"type":"OAUTH2",…}${SECRET}`,
      parseSecretJson,
    )
    .option('--api-key <key>', `credentials: an API key${SECRET}`, readValue)
    .option('--access-token <token>', `credentials: an OAuth 2 access token${SECRET}`, readValue)
    .option('--basic <user:password>', `credentials: user and password${SECRET}`, parseBasic)
    .option('--verify', 'make it only if its API accepts the credentials')
    .option('--metadata <json>', 'what sync functions can read', parseJson)
    .option('--config <json>', 'connection config, for base URLs with parts that differ', parseJson)
    .option('--tag <name=value>', 'a text that filters find; may be repeated', collectTags)
    .option(
      '--end-user <json>',
      'whose access it is, such as {"id":"u-1","email":"ann@acme.example"}',
      parseJson,
    )
    .addOption(jsonOption())
    .action(async (integration: string, id: string | undefined, options: Options) => {
      const { metadata, config, tag, endUser, verify } = options
      const made = await clientOf(options).connections.create({
        providerConfigKey: integration,
        credentials: credentialsOf(options),
        ...(id !== undefined && { connectionId: id }),
        ...(metadata && { metadata }),
        ...(verify && { verify }),
        ...(config && { connectionConfig: config }),
        ...(tag && { tags: tag }),
        // The API checks it.
        ...(endUser && { endUser: endUser as unknown as NonNullable<Connection['endUser']> }),
      })
      // What a command prints may be kept: it has no credentials.
      const { credentials: _credentials, token: _token, ...shown } = made
      show(options, shown, ({ connection_id, on_events }) =>
        [
          `Made connection '${connection_id}'. Next: syncline status ${integration}`,
          ...on_events.map(
            ({ name, log_id }) => `${name} runs because it was made. Its log: syncline logs ${log_id}`,
          ),
        ].join('\n'),
      )
    })

function credentialsOf({ credentials, apiKey, accessToken, basic }: Options): Connection['credentials'] {
  // The API checks them.
  if (credentials) return credentials as Connection['credentials']
  if (apiKey !== undefined) return { type: 'API_KEY', apiKey }
  if (accessToken !== undefined) return { type: 'OAUTH2', access_token: accessToken }
  if (basic) return { type: 'BASIC', username: basic[0], password: basic[1] }
  return { type: 'NONE' }
}

function parseBasic(value: string): [string, string] {
  const text = readValue(value)
  const colon = text.indexOf(':')
  // Errors of commander show the value.
  if (colon < 0) throw new UsageError('--basic must be <user>:<password>')
  return [text.slice(0, colon), text.slice(colon + 1)]
}

function parseSecretJson(value: string): JsonObject {
  try {
    return parseJson(readValue(value))
  } catch (error) {
    throw error instanceof InvalidArgumentError ? new UsageError(`--credentials ${error.message}`) : error
  }
}
