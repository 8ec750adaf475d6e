import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, SUCCESS, show } from '../show.ts'

export const userDelete = () =>
  adminCommand('delete')
    .description(routeSummary('deleteUser'))
    .argument('<name>', 'of the user')
    .requiredOption('--env <name>', 'environment that the user may open')
    .addOption(jsonOption())
    .action(async (name: string, { env, ...options }: AdminOptions & JsonOptions & { env: string }) => {
      await adminClientOf(options).users.delete(env, name)
      show(options, SUCCESS, () => `Deleted user '${name}' of '${env}'.`)
    })
