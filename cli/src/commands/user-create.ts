import type { User } from '@syncline/sdk'
import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { collect } from '../collect.ts'
import { givenPassword, type PasswordOptions, passwordOption } from '../given-password.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'

interface Options extends AdminOptions, JsonOptions, PasswordOptions {
  env: string
  scopes?: User['scopes']
}

export const userCreate = () =>
  adminCommand('create')
    .description(routeSummary('createUser'))
    .argument('<name>', 'of the user, such as an email address')
    .requiredOption('--env <name>', 'environment that the user may open')
    .option(
      '--scopes <list>',
      'what the user may do: read, operate, deploy, secrets; read without this option',
      collect(['read', 'operate', 'deploy', 'secrets'] as const),
    )
    .addOption(passwordOption())
    .addOption(jsonOption())
    .action(async (name: string, { env, scopes, passwordFile, ...options }: Options) => {
      const { password, isNew } = givenPassword({ ...(passwordFile && { passwordFile }) })
      const user = await adminClientOf(options).users.create(env, {
        name,
        password,
        ...(scopes && { scopes }),
      })
      show(options, { ...user, password: isNew ? password : null }, () =>
        isNew ? password : `Created user '${name}' of '${env}'.`,
      )
      if (isNew) console.error('This is the password. Only its hash is stored.')
    })
