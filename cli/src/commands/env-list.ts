import type { Environment } from '@syncline/api'
import { type AdminOptions, adminCall, adminCommand } from '../admin-command.ts'
import { table } from '../table.ts'
import { limitsRow } from './env-limits.ts'

export const envList = () =>
  adminCommand('list')
    .description('show the environments')
    .action(async (options: AdminOptions) => {
      const rows: (ReturnType<typeof limitsRow> & { created: string })[] = []
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const query: { cursor?: string } = cursor === undefined ? {} : { cursor }
        const page: { environments: Environment[]; next_cursor: string | null } = await adminCall(
          options,
          'GET',
          '/environments',
          { query },
        )
        rows.push(...page.environments.map((it) => ({ ...limitsRow(it), created: it.created_at })))
        cursor = page.next_cursor
      }
      console.log(table(['name', 'max runs', 'weight', 'created'], rows))
    })
