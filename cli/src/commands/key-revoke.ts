import { type AdminOptions, adminCall, adminCommand } from '../admin-command.ts'
import { findKey } from '../find-key.ts'

export const keyRevoke = () =>
  adminCommand('revoke')
    .description('make an API key useless')
    .argument('<key>', 'its id, its last four characters, or all of it')
    .requiredOption('--env <name>', 'environment that it opens')
    .action(async (text: string, { env, ...options }: AdminOptions & { env: string }) => {
      const { id: keyId } = await findKey(options, env, text)
      const params = { environment: env, keyId }
      await adminCall(options, 'DELETE', '/environments/:environment/keys/:keyId', { params })
      console.log(`Revoked the key of '${env}' that ends in '${text.slice(-4)}'.`)
    })
