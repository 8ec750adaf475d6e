import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'

export const syncList = () =>
  restCommand('list')
    .description('show the deployed sync functions, and how they are run')
    .argument('[integration]', 'only of this one')
    .addOption(jsonOption())
    .action(async (integration: string | undefined, options: RestOptions & JsonOptions) => {
      const answer = await clientOf(options).deployments.list()
      const syncs = answer.syncs.filter(
        (it) => integration === undefined || it.provider_config_key === integration,
      )
      const rows = syncs.map((it) => ({
        sync: `${it.provider_config_key}/${it.name}`,
        version: it.version,
        frequency: it.frequency,
        fresh: it.fresh,
        jitter: it.jitter,
        retries: it.retries,
        concurrency: it.concurrency,
        overlap: it.overlap,
        'pause after': it.pause_after_failures,
        validate: it.validate,
      }))
      show(options, { syncs }, () =>
        table(
          [
            'sync',
            'version',
            'frequency',
            'fresh',
            'jitter',
            'retries',
            'concurrency',
            'overlap',
            'pause after',
            'validate',
          ],
          rows,
        ),
      )
    })
