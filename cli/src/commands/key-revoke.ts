import { Command } from 'commander'
import { withCatalog } from '../with-catalog.ts'

export const keyRevoke = () =>
  new Command('revoke')
    .description('make an API key useless')
    .argument('<hint>', 'its last four characters, or all of it')
    .requiredOption('--env <name>', 'environment that it opens')
    .action(async (hint: string, { env }: { env: string }) => {
      await withCatalog(async (catalog) => {
        const ending = hint.slice(-4)
        const found = catalog.apiKeys.list().filter((it) => it.environment === env && it.hint === ending)
        const [key] = found
        if (key === undefined) throw new Error(`environment '${env}' has no key that ends in '${ending}'`)
        if (found.length > 1)
          throw new Error(`${found.length} keys of '${env}' end in '${ending}': revoke by full key`)
        await catalog.apiKeys.delete(key.hash)
      })
      console.log(`Revoked the key of '${env}' that ends in '${hint.slice(-4)}'.`)
    })
