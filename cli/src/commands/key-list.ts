import { type AdminOptions, adminCall, adminCommand } from '../admin-command.ts'
import { table } from '../table.ts'

export const keyList = () =>
  adminCommand('list')
    .description('show the API keys, without their secrets')
    .requiredOption('--env <name>', 'environment that they open')
    .action(async ({ env, ...options }: AdminOptions & { env: string }) => {
      const params = { environment: env }
      const { keys } = await adminCall(options, 'GET', '/environments/:environment/keys', { params })
      const rows = keys.map((key) => ({
        hint: key.secrets.map(({ hint }) => hint).join(' '),
        label: key.label,
        id: key.id,
        scopes: key.connection
          ? `reads ${key.connection.provider_config_key}/${key.connection.connection_id}`
          : key.scopes.join(','),
        created: key.created_at,
        expires: key.expires_at,
        'last used': key.last_used_at,
      }))
      console.log(table(['hint', 'label', 'id', 'scopes', 'created', 'expires', 'last used'], rows))
    })
