import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { routeSummary } from '../route-summary.ts'

interface Options extends AdminOptions {
  env: string
  label: string
  scopes?: string
  connection?: string[]
  expires?: string
}

type Scope = 'read' | 'operate' | 'deploy' | 'secrets'

export const keyCreate = () =>
  adminCommand('create')
    .description(routeSummary('createKey'))
    .requiredOption('--env <name>', 'environment that it opens')
    .option('--label <text>', 'what it is for', 'cli')
    .option(
      '--scopes <list>',
      'what it may do: read, operate, deploy, secrets; all of them without this option',
    )
    .option(
      '--connection <names...>',
      'integration and connection: it reads this connection and nothing else',
    )
    .option('--expires <time>', 'when it ends, such as 2027-01-31T00:00:00Z')
    .action(async ({ env, label, scopes, connection, expires, ...options }: Options) => {
      const [providerConfigKey = '', connectionId = ''] = connection ?? []
      const { secret } = await adminClientOf(options).keys.create(env, {
        label,
        // The gateway refuses what is none.
        ...(scopes !== undefined && { scopes: scopes.split(',').map((scope) => scope.trim() as Scope) }),
        ...(connection && { connection: { providerConfigKey, connectionId } }),
        ...(expires !== undefined && { expiresAt: expires }),
      })
      console.log(secret)
      console.error('Keep it somewhere safe: only its hash is stored.')
    })
