import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { routeSummary } from '../route-summary.ts'

export const envDelete = () =>
  adminCommand('delete')
    .description(routeSummary('deleteEnvironment'))
    .argument('<name>', 'of the environment')
    .requiredOption('--confirm <name>', 'its name once more: this cannot be undone')
    .action(async (environment: string, { confirm, ...options }: AdminOptions & { confirm: string }) => {
      await adminClientOf(options).environments.delete(environment, { confirm })
      console.log(`Deleted environment '${environment}'. Its schedules and records follow.`)
    })
