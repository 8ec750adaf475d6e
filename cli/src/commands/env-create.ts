import { type AdminOptions, adminCall, adminCommand } from '../admin-command.ts'

export const envCreate = () =>
  adminCommand('create')
    .description('make an environment')
    .argument('<name>', 'for example prod')
    .action(async (name: string, options: AdminOptions) => {
      await adminCall(options, 'POST', '/environments', { body: { name } })
      console.log(`Made environment '${name}'. Next: syncline key create --env ${name}`)
    })
