import { type Path, readPath, whereOf } from '../path.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { whyText } from '../why-text.ts'

/** For scripts that watch a sync. */
const EXIT_STALE = 3

export const why = () =>
  restCommand('why')
    .description(`${routeSummary('getWhy')}; exit code 3 = stale`)
    .argument('<sync>', 'such as github/issues, or of a variant github/issues::team-a', readPath)
    .argument('<connection>')
    .addOption(jsonOption())
    .action(async (sync: Path, connection: string, options: RestOptions & JsonOptions) => {
      const answer = await clientOf(options).syncs.why(whereOf(sync, connection))
      show(options, answer, whyText)
      if (answer.schedule.freshness.stale) process.exitCode = EXIT_STALE
    })
