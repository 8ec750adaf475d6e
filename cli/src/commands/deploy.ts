import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { table } from '../table.ts'
import { providersTable } from './provider-deploy.ts'

interface DeployOptions extends RestOptions {
  onlyComplete?: boolean
}

export const deploy = () =>
  restCommand('deploy')
    .description('bundle the syncs and actions of a folder and deploy them, with its providers')
    .argument(
      '<folder>',
      'with <integration>/syncs/<name>.ts, <integration>/actions/<name>.ts, and providers/<name>.yaml',
    )
    .option('--only-complete', 'deploy nothing if a function of the folder is refused')
    .action(async (folder: string, { onlyComplete, ...options }: DeployOptions) => {
      const client = clientOf(options)
      // The bundler is heavy, and only this command needs it.
      const [{ prepareFunctions }, { readProviders }] = await Promise.all([
        import('../prepare-functions.ts'),
        import('../read-providers.ts'),
      ])
      const files = await readProviders(folder)
      const { refused, notDeployed, ...prepared } = await prepareFunctions(folder, {
        mayBeEmpty: files.length > 0,
        onWarning: (warning) => console.error(`warning: ${warning}`),
      })
      for (const { name, reason } of notDeployed) console.error(`not deployed: ${name}: ${reason}`)
      const found = prepared.syncs.length + prepared.actions.length
      if (refused.length > 0 && (onlyComplete || found + files.length === 0)) {
        throw new Error(`nothing was deployed:\n${refused.join('\n')}`)
      }
      const { providers, syncs, actions } = await client.deployments.create({
        ...prepared,
        providers: files,
      })
      const shown = [
        providers.length > 0 && providersTable(providers),
        syncs.length > 0 && table(['sync', 'version', 'models', 'state'], syncs.map(syncRow)),
        actions.length > 0 && table(['action', 'version', 'state'], actions.map(row)),
      ]
      console.log(shown.filter((text) => text !== false).join('\n\n'))
      if (refused.length === 0) return
      const counted = refused.length === 1 ? 'this function was' : `these ${refused.length} functions were`
      throw new Error(`${counted} not deployed, all others were:\n${refused.join('\n')}`)
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
