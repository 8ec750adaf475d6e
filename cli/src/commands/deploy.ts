import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { table } from '../table.ts'

export const deploy = () =>
  restCommand('deploy')
    .description('bundle the sync functions of a folder and deploy them')
    .argument('<folder>', 'with <integration>/syncs/<name>.ts')
    .action(async (folder: string, options: RestOptions) => {
      const client = clientOf(options)
      // The bundler is heavy, and only this command needs it.
      const { prepareSyncs } = await import('../prepare-syncs.ts')
      const prepared = await prepareSyncs(folder, (warning) => console.error(`warning: ${warning}`))
      const { syncs } = await client.deploy(prepared)
      const rows = syncs.map(({ provider_config_key, name, version, models, changed }) => ({
        sync: `${provider_config_key}/${name}`,
        version,
        models: models.join(', '),
        state: changed ? 'deployed' : 'unchanged',
      }))
      console.log(table(['sync', 'version', 'models', 'state'], rows))
    })
