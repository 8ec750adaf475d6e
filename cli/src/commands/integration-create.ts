import type { Syncline } from '@syncline/sdk'
import { InvalidArgumentError, Option } from 'commander'
import type { JsonObject } from '../json-object.ts'
import { readSettings } from '../read-settings.ts'
import { readValue } from '../read-value.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { RUNS_MAX, WEIGHT_MAX, wholeNumber } from '../whole-number.ts'

type Integration = Parameters<Syncline['integrations']['create']>[0]
type Auth = NonNullable<Integration['auth']>

interface Options extends RestOptions, JsonOptions {
  provider?: string
  baseUrl?: string
  auth?: Auth
  header: Record<string, string>
  allowHost: string[]
  clientId?: string
  clientSecret?: string
  concurrency?: number
  weight?: number
  settings?: JsonObject
}

export const integrationCreate = () =>
  restCommand('create')
    .description(routeSummary('createIntegration'))
    .argument('<key>', 'your name for it, for example github')
    .option('--provider <name>', 'a provider of `syncline provider list`; <key> by default')
    .option('--base-url <url>', 'of any other API')
    .option('--auth <scheme>', 'none, bearer, basic, header:<name> or query:<name>', parseAuth)
    .option('--header <header>', "sent with each request, as 'name: value'; repeatable", addHeader, {})
    .option('--allow-host <host>', 'a further host that gets credentials; repeatable', addTo, [])
    .option('--client-id <id>', 'of your own app at the vendor, for OAuth 2')
    .addOption(
      new Option('--client-secret <secret>', 'of that app; @<file> or - (stdin) keep it off the command line')
        .env('SYNCLINE_CLIENT_SECRET')
        .argParser(readValue),
    )
    .option('--concurrency <n>', 'runs in flight at a time', wholeNumber(1, RUNS_MAX))
    .option('--weight <n>', 'its share beside other integrations; 1 is usual', wholeNumber(1, WEIGHT_MAX))
    .option(
      '--settings <json>',
      'any further fields of POST /integrations, such as {"budget":{"requests":10,"per":"1s"}}; @<file> or - (stdin)',
      readSettings,
    )
    .addOption(jsonOption())
    .action(async (key: string, { provider = key, baseUrl, auth, header, ...options }: Options) => {
      const { allowHost, clientId: client_id, clientSecret: client_secret, concurrency, weight } = options
      const made = await clientOf(options).integrations.create({
        // The API checks them.
        ...(options.settings as Partial<Integration>),
        uniqueKey: key,
        provider,
        ...(baseUrl !== undefined && { baseUrl: baseUrl }),
        ...(auth && { auth }),
        ...(Object.keys(header).length > 0 && { headers: header }),
        ...(allowHost.length > 0 && { allowedHosts: allowHost }),
        ...(concurrency !== undefined && { concurrency }),
        ...(weight !== undefined && { weight }),
        ...((client_id !== undefined || client_secret !== undefined) && {
          credentials: {
            ...(client_id !== undefined && { client_id }),
            ...(client_secret !== undefined && { client_secret }),
          },
        }),
      })
      show(options, made, () => `Made integration '${key}'. Next: syncline connection create ${key} <id>`)
    })

function parseAuth(text: string): Auth {
  const [type, ...rest] = text.split(':')
  const name = rest.join(':')
  if ((type === 'header' || type === 'query') && name !== '') return { type, name }
  if (type === 'none' || type === 'bearer' || type === 'basic') return { type }
  throw new InvalidArgumentError('must be none, bearer, basic, header:<name> or query:<name>')
}

function addHeader(text: string, headers: Record<string, string>): Record<string, string> {
  const [, name, value] = /^([^:]+):\s*(.+)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new InvalidArgumentError("must be 'name: value'")
  return { ...headers, [name]: value }
}

const addTo = (value: string, before: string[]): string[] => [...before, value]
