import { type Path, readPath } from '../path.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { shellQuoted } from '../shell-quoted.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'

export const deletionsRelease = () =>
  restCommand('release')
    .description(routeSummary('releaseHeldDeletion'))
    .argument('<model>', 'such as github/Issue, or of a variant github/Issue::team-a', readPath)
    .argument('<connection>')
    .addOption(jsonOption())
    .action(async (model: Path, connectionId: string, options: RestOptions & JsonOptions) => {
      const { integration: providerConfigKey, name, variant } = model
      const where = { providerConfigKey, connectionId, model: name, variant }
      const next = `syncline trigger ${shellQuoted(providerConfigKey)} --connection ${shellQuoted(connectionId)}`
      show(options, await clientOf(options).heldDeletions.release(where), ({ unseen, live }) =>
        [
          'Released. The next complete pass deletes what it does not save again; ',
          `the last one missed ${unseen} of ${live} records. To run it now: ${next}`,
        ].join(''),
      )
    })
