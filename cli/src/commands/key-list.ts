import type { Key } from '@syncline/sdk'
import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'

export const keyList = () =>
  adminCommand('list')
    .description(routeSummary('listKeys'))
    .requiredOption('--env <name>', 'environment that they open')
    .addOption(jsonOption())
    .action(async ({ env, ...options }: AdminOptions & JsonOptions & { env: string }) => {
      const found = await Array.fromAsync(adminClientOf(options).keys.iterate(env))
      show(options, { keys: found, next_cursor: null }, ({ keys }) => table([...columns], keys.map(row)))
    })

const columns = ['hint', 'label', 'id', 'scopes', 'created', 'expires', 'last used'] as const

function row(key: Key) {
  return {
    hint: key.secrets.map(({ hint }) => hint).join(' '),
    label: key.label,
    id: key.id,
    scopes: key.connection
      ? `reads ${key.connection.provider_config_key}/${key.connection.connection_id}`
      : key.scopes.join(','),
    created: key.created_at,
    expires: key.expires_at,
    'last used': key.last_used_at,
  }
}
