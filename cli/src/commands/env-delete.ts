import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, SUCCESS, show } from '../show.ts'
import { showDeletionCalls } from '../show-deletion-calls.ts'

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
        const { on_events } = await adminClientOf(options).environments.delete(environment, { confirm })
        show(
          options,
          { ...SUCCESS, ...(on_events && { on_events }) },
          () => `Deleted environment '${environment}'. Its schedules and records follow.`,
        )
        showDeletionCalls(on_events)
      },
    )
