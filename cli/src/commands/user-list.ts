import type { User } from '@syncline/sdk'
import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'

export const userList = () =>
  adminCommand('list')
    .description(routeSummary('listUsers'))
    .requiredOption('--env <name>', 'environment that they may open')
    .addOption(jsonOption())
    .action(async ({ env, ...options }: AdminOptions & JsonOptions & { env: string }) => {
      const answer = await adminClientOf(options).users.list(env)
      show(options, answer, ({ users }) => table([...columns], users.map(row)))
    })

const columns = ['name', 'scopes', 'created', 'last used'] as const

const row = ({ name, scopes, created_at, last_used_at }: User) => ({
  name,
  scopes: scopes.join(','),
  created: created_at,
  'last used': last_used_at,
})
