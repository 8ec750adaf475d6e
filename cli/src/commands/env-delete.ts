import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, SUCCESS, show } from '../show.ts'

export const envDelete = () =>
  adminCommand('delete')
    .description(routeSummary('deleteEnvironment'))
    .argument('<name>', 'of the environment')
    .requiredOption('--confirm <name>', 'its name once more: this cannot be undone')
    .addOption(jsonOption())
    .action(
      async (
        environment: string,
        { confirm, ...options }: AdminOptions & JsonOptions & { confirm: string },
      ) => {
        await adminClientOf(options).environments.delete(environment, { confirm })
        show(
          options,
          SUCCESS,
          () => `Deleted environment '${environment}'. Its schedules and records follow.`,
        )
      },
    )
