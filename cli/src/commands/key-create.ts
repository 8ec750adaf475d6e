import type { Key } from '@syncline/sdk'
import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { collect } from '../collect.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { UsageError } from '../usage-error.ts'

interface Options extends AdminOptions, JsonOptions {
  env: string
  label: string
  scopes?: Scope[]
  connection?: string[]
  expires?: string
}

const scopeNames = ['read', 'operate', 'deploy', 'secrets'] as const satisfies Scope[]
type Scope = Key['scopes'][number]

export const keyCreate = () =>
  adminCommand('create')
    .description(routeSummary('createKey'))
    .requiredOption('--env <name>', 'environment that it opens')
    .option('--label <text>', 'what it is for', 'cli')
    .option(
      '--scopes <list>',
      'what it may do: read, operate, deploy, secrets; all of them without this option',
      collect(scopeNames),
    )
    .option(
      '--connection <names...>',
      'integration and connection: it reads this connection and nothing else',
    )
    .option('--expires <time>', 'when it ends, such as 2027-01-31T00:00:00Z')
    .addOption(jsonOption())
    .action(async ({ env, label, scopes, connection, expires, ...options }: Options) => {
      const [providerConfigKey = '', connectionId = '', ...others] = connection ?? []
      if (connection && (connectionId === '' || others.length > 0))
        throw new UsageError('--connection takes two names: <integration> <connection>')
      const made = await adminClientOf(options).keys.create(env, {
        label,
        ...(scopes && { scopes }),
        ...(connection && { connection: { providerConfigKey, connectionId } }),
        ...(expires !== undefined && { expiresAt: expires }),
      })
      show(options, made, ({ secret }) => secret)
      console.error('Keep it somewhere safe: only its hash is stored.')
    })
