import { Command } from 'commander'
import { table } from '../table.ts'
import { withCatalog } from '../with-catalog.ts'

export const envList = () =>
  new Command('list').description('show the environments').action(async () => {
    const environments = await withCatalog(async (catalog) => catalog.environments.list())
    const rows = environments.map(({ name, createdAt }) => ({ name, created: createdAt }))
    console.log(table(['name', 'created'], rows))
  })
