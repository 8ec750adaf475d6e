import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { findKey } from '../find-key.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, SUCCESS, show } from '../show.ts'

export const keyRevoke = () =>
  adminCommand('revoke')
    .description(routeSummary('deleteKey'))
    .argument('<key>', 'its id, its last four characters, or all of it')
    .requiredOption('--env <name>', 'environment that it opens')
    .addOption(jsonOption())
    .action(async (text: string, { env, ...options }: AdminOptions & JsonOptions & { env: string }) => {
      const client = adminClientOf(options)
      const { id } = await findKey(client, env, text)
      await client.keys.delete(env, id)
      show(options, SUCCESS, () => `Revoked the key of '${env}' that ends in '${text.slice(-4)}'.`)
    })
