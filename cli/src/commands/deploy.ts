import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { table } from '../table.ts'
import { showProviders } from './provider-deploy.ts'

export const deploy = () =>
  restCommand('deploy')
    .description('bundle the sync functions of a folder and deploy them, with its providers')
    .argument('<folder>', 'with <integration>/syncs/<name>.ts, and providers/<name>.yaml')
    .action(async (folder: string, options: RestOptions) => {
      const client = clientOf(options)
      // The bundler is heavy, and only this command needs it.
      const [{ prepareSyncs }, { readProviders }] = await Promise.all([
        import('../prepare-syncs.ts'),
        import('../read-providers.ts'),
      ])
      const files = await readProviders(folder)
      const prepared = await prepareSyncs(folder, {
        mayBeEmpty: files.length > 0,
        onWarning: (warning) => console.error(`warning: ${warning}`),
      })
      const { providers, syncs } = await client.deployments.create({ syncs: prepared, providers: files })
      if (providers.length > 0) showProviders(providers)
      if (syncs.length === 0) return
      if (providers.length > 0) console.log()
      const rows = syncs.map(({ provider_config_key, name, version, models, changed }) => ({
        sync: `${provider_config_key}/${name}`,
        version,
        models: models.join(', '),
        state: changed ? 'deployed' : 'unchanged',
      }))
      console.log(table(['sync', 'version', 'models', 'state'], rows))
    })
