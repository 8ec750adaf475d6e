import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { routeSummary } from '../route-summary.ts'

export const envCreate = () =>
  adminCommand('create')
    .description(routeSummary('createEnvironment'))
    .argument('<name>', 'for example prod')
    .action(async (name: string, options: AdminOptions) => {
      await adminClientOf(options).environments.create({ name })
      console.log(`Made environment '${name}'. Next: syncline key create --env ${name}`)
    })
