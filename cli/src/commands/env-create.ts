import { Command } from 'commander'
import { withCatalog } from '../with-catalog.ts'

const NAME = /^[a-z0-9_-]{1,64}$/

export const envCreate = () =>
  new Command('create')
    .description('make an environment')
    .argument('<name>', 'for example prod')
    .action(async (name: string) => {
      if (!NAME.test(name)) throw new Error(`environment '${name}': use a-z, 0-9, _ and -, up to 64`)
      await withCatalog((catalog) =>
        catalog.environments.create({ name, createdAt: new Date().toISOString() }, name),
      )
      console.log(`Made environment '${name}'. Next: syncline key create --env ${name}`)
    })
