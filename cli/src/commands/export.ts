import { chmodSync, writeFileSync } from 'node:fs'
import { counted } from '../deploy/plan-text.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'

interface Options extends RestOptions {
  withSecrets?: boolean
}

export const exportCommand = () =>
  restCommand('export')
    .description('write the configuration of an environment into a file that `import` reads')
    .argument('[file]', '.json or .yaml; on stdout when absent')
    .option(
      '--with-secrets',
      'credentials and values of variables too: needs a key with the scopes deploy and secrets',
    )
    .option('--json', 'it is JSON in any case, but for a .yaml file')
    .action(async (file: string | undefined, { withSecrets = false, ...options }: Options) => {
      const client = clientOf(options)
      const [{ readConfiguration }, { fileText }] = await Promise.all([
        import('../configuration/read-configuration.ts'),
        import('../configuration/file-text.ts'),
      ])
      const { syncs: _, ...configuration } = await readConfiguration(client, { secrets: withSecrets })
      const text = fileText(configuration, file)
      if (file === undefined) return void process.stdout.write(text)
      writeFileSync(file, text, { mode: 0o600 })
      // It may have been there.
      if (withSecrets) chmodSync(file, 0o600)
      const { integrations, connections } = configuration
      const has = withSecrets ? ' It has secrets: keep it safe.' : ''
      console.error(
        `Wrote ${file}: ${counted(integrations.length, 'integration')}, ${counted(connections.length, 'connection')}.${has} Functions are deployed: syncline deploy`,
      )
    })
