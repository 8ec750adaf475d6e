import type { User } from '@syncline/sdk'
import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { collect } from '../collect.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'

interface Options extends AdminOptions, JsonOptions {
  env: string
  scopes: User['scopes']
}

export const userUpdate = () =>
  adminCommand('update')
    .description(routeSummary('updateUser'))
    .argument('<name>', 'of the user')
    .requiredOption('--env <name>', 'environment that the user may open')
    .requiredOption(
      '--scopes <list>',
      'what the user may do, as a whole: read, operate, deploy, secrets',
      collect(['read', 'operate', 'deploy', 'secrets'] as const),
    )
    .addOption(jsonOption())
    .action(async (name: string, { env, scopes, ...options }: Options) => {
      const user = await adminClientOf(options).users.update(env, name, { scopes })
      show(options, user, () => `User '${name}' of '${env}' may: ${user.scopes.join(', ')}.`)
    })
