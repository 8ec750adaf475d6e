import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'
import { limitsRow } from './env-limits.ts'

export const envList = () =>
  adminCommand('list')
    .description(routeSummary('listEnvironments'))
    .addOption(jsonOption())
    .action(async (options: AdminOptions & JsonOptions) => {
      const found = await Array.fromAsync(adminClientOf(options).environments.iterate())
      show(options, { environments: found, next_cursor: null }, ({ environments }) =>
        table(
          ['name', 'max runs', 'weight', 'validate', 'created'],
          environments.map((it) => ({ ...limitsRow(it), created: it.created_at })),
        ),
      )
    })
