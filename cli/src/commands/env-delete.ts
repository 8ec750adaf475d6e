import { type AdminOptions, adminCall, adminCommand } from '../admin-command.ts'

export const envDelete = () =>
  adminCommand('delete')
    .description('delete an environment with everything in it')
    .argument('<name>', 'of the environment')
    .requiredOption('--confirm <name>', 'its name once more: this cannot be undone')
    .action(async (environment: string, { confirm, ...options }: AdminOptions & { confirm: string }) => {
      const request = { params: { environment }, query: { confirm } }
      await adminCall(options, 'DELETE', '/environments/:environment', request)
      console.log(`Deleted environment '${environment}'. Its schedules and records follow.`)
    })
