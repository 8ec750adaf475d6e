import { accepted } from '../accepted.ts'
import { type Path, pathText, readPath, whereOf } from '../path.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'

type Options = RestOptions & JsonOptions

export const frequencySet = () =>
  restCommand('set')
    .description(routeSummary('updateFrequency'))
    .argument('<sync>', 'such as github/issues, or of a variant github/issues::team-a', readPath)
    .argument('<connection>')
    .argument('<frequency>', "such as 'every 30 minutes', or a cron expression")
    .addOption(jsonOption())
    .action((sync: Path, connection: string, frequency: string, options: Options) =>
      change(sync, connection, frequency, options),
    )

export const frequencyReset = () =>
  restCommand('reset')
    .description('let a sync run as often as its function says again')
    .argument('<sync>', 'such as github/issues, or of a variant github/issues::team-a', readPath)
    .argument('<connection>')
    .addOption(jsonOption())
    .action((sync: Path, connection: string, options: Options) => change(sync, connection, null, options))

async function change(sync: Path, connection: string, frequency: string | null, options: Options) {
  const answer = await clientOf(options).syncs.setFrequency({ ...whereOf(sync, connection), frequency })
  show(options, answer, (it) =>
    it.command_id === undefined
      ? `${pathText(sync)} of connection '${connection}' runs ${it.frequency} now.`
      : accepted('changes it'),
  )
}
