import { Command } from 'commander'
import { table } from '../table.ts'
import { withCatalog } from '../with-catalog.ts'
import { limitsRow } from './env-limits.ts'

export const envList = () =>
  new Command('list').description('show the environments').action(async () => {
    const environments = await withCatalog(async (catalog) => catalog.environments.list())
    const rows = environments.map((it) => ({ ...limitsRow(it), created: it.createdAt }))
    console.log(table(['name', 'max runs', 'weight', 'created'], rows))
  })
