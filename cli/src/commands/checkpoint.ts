import type { SetCheckpoint } from '@syncline/sdk'
import { InvalidArgumentError } from 'commander'
import { accepted } from '../accepted.ts'
import { type JsonObject, parseJson } from '../json-object.ts'
import { type Path, pathText, readPath } from '../path.ts'
import { readValue } from '../read-value.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'

type Options = RestOptions & JsonOptions
type Checkpoint = SetCheckpoint['checkpoint']

const place = (name: string) =>
  restCommand(name)
    .argument('<sync>', 'such as github/issues, or of a variant github/issues::team-a', readPath)
    .argument('<connection>')

export const checkpointGet = () =>
  place('get')
    .description('show the checkpoint of a schedule')
    .option('--json', 'it is JSON in any case')
    .action(async ({ integration, name, variant }: Path, connectionId: string, options: Options) => {
      const sync = { name, variant }
      const { syncs } = await clientOf(options).syncs.status({
        ...{ providerConfigKey: integration, connectionId, syncs: [sync] },
      })
      console.log(JSON.stringify(syncs[0]?.checkpoint ?? null, null, 2))
    })

export const checkpointSet = () =>
  place('set')
    .description(routeSummary('setCheckpoint'))
    .argument('<json>', 'a JSON object; @<file> is read from a file, - from stdin', readCheckpoint)
    .addOption(jsonOption())
    .action((sync: Path, connection: string, checkpoint: Checkpoint, options: Options) =>
      change(sync, connection, checkpoint, options),
    )

export const checkpointClear = () =>
  place('clear')
    .description('take the checkpoint away: the next run reads everything')
    .addOption(jsonOption())
    .action((sync: Path, connection: string, options: Options) => change(sync, connection, null, options))

async function change(sync: Path, connectionId: string, checkpoint: Checkpoint, options: Options) {
  const { integration: providerConfigKey, name: syncName, variant } = sync
  const where = { providerConfigKey, connectionId, syncName, variant }
  const answer = await clientOf(options).schedules.setCheckpoint({ ...where, checkpoint })
  show(options, answer, ({ command_id }) => {
    if (command_id !== undefined) return accepted('changes it')
    const what = checkpoint === null ? 'has no checkpoint now' : 'goes on from this checkpoint'
    return `${pathText(sync)} of connection '${connectionId}' ${what}.`
  })
}

/** The API checks what the fields are. */
function readCheckpoint(text: string): Checkpoint {
  try {
    return parseJson(readValue(text)) as JsonObject & Checkpoint
  } catch (error) {
    if (error instanceof InvalidArgumentError || !(error instanceof Error)) throw error
    throw new InvalidArgumentError(error.message) // there is no such file
  }
}
