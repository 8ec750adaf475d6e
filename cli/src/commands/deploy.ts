import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { table } from '../table.ts'
import { providersTable } from './provider-deploy.ts'

export const deploy = () =>
  restCommand('deploy')
    .description('bundle the syncs and actions of a folder and deploy them, with its providers')
    .argument(
      '<folder>',
      'with <integration>/syncs/<name>.ts, <integration>/actions/<name>.ts, and providers/<name>.yaml',
    )
    .action(async (folder: string, options: RestOptions) => {
      const client = clientOf(options)
      // The bundler is heavy, and only this command needs it.
      const [{ prepareFunctions }, { readProviders }] = await Promise.all([
        import('../prepare-functions.ts'),
        import('../read-providers.ts'),
      ])
      const files = await readProviders(folder)
      const prepared = await prepareFunctions(folder, {
        mayBeEmpty: files.length > 0,
        onWarning: (warning) => console.error(`warning: ${warning}`),
      })
      const { providers, syncs, actions } = await client.deployments.create({ ...prepared, providers: files })
      const shown = [
        providers.length > 0 && providersTable(providers),
        syncs.length > 0 && table(['sync', 'version', 'models', 'state'], syncs.map(syncRow)),
        actions.length > 0 && table(['action', 'version', 'state'], actions.map(row)),
      ]
      console.log(shown.filter((text) => text !== false).join('\n\n'))
    })

interface Deployed {
  provider_config_key: string
  name: string
  version: string
  changed: boolean
}

function row({ provider_config_key, name, version, changed }: Deployed) {
  const state = changed ? 'deployed' : 'unchanged'
  return { action: `${provider_config_key}/${name}`, version, state }
}

function syncRow({ models, ...deployed }: Deployed & { models: string[] }) {
  const { action: sync, ...others } = row(deployed)
  return { sync, models: models.join(', '), ...others }
}
