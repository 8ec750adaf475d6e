import type { Key } from '@syncline/sdk'
import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { collect } from '../collect.ts'
import { findKey } from '../find-key.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { UsageError } from '../usage-error.ts'

interface Options extends AdminOptions, JsonOptions {
  env: string
  label?: string
  scopes?: Key['scopes']
  expires?: string
}

export const keyUpdate = () =>
  adminCommand('update')
    .description(routeSummary('updateKey'))
    .argument('<key>', 'its id, its last four characters, or all of it')
    .requiredOption('--env <name>', 'environment that it opens')
    .option('--label <text>', 'what it is for')
    .option(
      '--scopes <list>',
      'what it may do, as a whole: read, operate, deploy, secrets',
      collect(['read', 'operate', 'deploy', 'secrets'] as const),
    )
    .option('--expires <time>', "when it ends, such as 2027-01-31T00:00:00Z, or 'never'")
    .addOption(jsonOption())
    .action(async (text: string, { env, label, scopes, expires, ...options }: Options) => {
      if (label === undefined && scopes === undefined && expires === undefined)
        throw new UsageError('nothing to change: give --label, --scopes or --expires')
      const client = adminClientOf(options)
      const { id } = await findKey(client, env, text)
      const key = await client.keys.update(env, id, {
        ...(label !== undefined && { label }),
        ...(scopes && { scopes }),
        ...(expires !== undefined && { expiresAt: expires === 'never' ? null : expires }),
      })
      show(options, key, () => `Key '${key.label}' of '${env}' may: ${key.scopes.join(', ')}.`)
    })
