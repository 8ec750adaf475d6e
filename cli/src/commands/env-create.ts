import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'

export const envCreate = () =>
  adminCommand('create')
    .description(routeSummary('createEnvironment'))
    .argument('<name>', 'for example prod')
    .addOption(jsonOption())
    .action(async (name: string, options: AdminOptions & JsonOptions) => {
      const made = await adminClientOf(options).environments.create({ name })
      show(options, made, () => `Made environment '${name}'. Next: syncline key create --env ${name}`)
    })
