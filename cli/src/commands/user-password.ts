import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { givenPassword, type PasswordOptions, passwordOption } from '../given-password.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'

interface Options extends AdminOptions, JsonOptions, PasswordOptions {
  env: string
}

export const userPassword = () =>
  adminCommand('password')
    .description(routeSummary('setPassword'))
    .argument('<name>', 'of the user')
    .requiredOption('--env <name>', 'environment that the user may open')
    .addOption(passwordOption())
    .addOption(jsonOption())
    .action(async (name: string, { env, passwordFile, ...options }: Options) => {
      const { password, isNew } = givenPassword({ ...(passwordFile && { passwordFile }) })
      await adminClientOf(options).users.setPassword(env, name, password)
      show(options, { success: true, password: isNew ? password : null }, () =>
        isNew ? password : `User '${name}' of '${env}' has the new password.`,
      )
      if (isNew) console.error('This is the password. Only its hash is stored.')
    })
