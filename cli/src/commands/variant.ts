import type { Schedule } from '@syncline/sdk'
import { accepted } from '../accepted.ts'
import { type Path, pathText, readPath } from '../path.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { shellQuoted } from '../shell-quoted.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'
import { UsageError } from '../usage-error.ts'

type Options = RestOptions & JsonOptions

export const variantCreate = () =>
  restCommand('create')
    .description(routeSummary('createVariant'))
    .argument('<variant>', 'with its sync, such as github/issues::team-a', readVariant)
    .argument('<connection>')
    .addOption(jsonOption())
    .action(async (variant: Path, connectionId: string, options: Options) => {
      const made = await clientOf(options).syncs.createVariant(refOf(variant, connectionId))
      const next = `syncline why ${pathText(variant)} ${shellQuoted(connectionId)}`
      show(options, made, ({ command_id }) =>
        command_id === undefined ? `Made ${pathText(variant)}. Next: ${next}` : accepted('makes it'),
      )
    })

export const variantList = () =>
  restCommand('list')
    .description('list the variants of a sync on a connection, `base` among them')
    .argument('<sync>', 'such as github/issues', readPath)
    .argument('<connection>')
    .addOption(jsonOption())
    .action(async ({ integration, name }: Path, connectionId: string, options: Options) => {
      const all = clientOf(options).schedules.iterate({ providerConfigKey: integration, connectionId })
      const variants: Schedule[] = []
      for await (const schedule of all) if (schedule.name === name) variants.push(schedule)
      if (variants.length === 0)
        throw new Error(`there is no sync '${integration}/${name}' on connection '${connectionId}'`)
      const columns = ['variant', 'status', 'frequency', 'finished', 'next'] as const
      const rows = variants.map(({ variant, status, frequency, finishedAt, nextScheduledSyncAt }) => ({
        ...{ variant, status, frequency, finished: finishedAt ?? null, next: nextScheduledSyncAt },
      }))
      show(options, { variants }, () => table([...columns], rows))
    })

export const variantDelete = () =>
  restCommand('delete')
    .description(routeSummary('deleteVariant'))
    .argument('<variant>', 'with its sync, such as github/issues::team-a', readVariant)
    .argument('<connection>')
    .addOption(jsonOption())
    .action(async (variant: Path, connectionId: string, options: Options) => {
      const answer = await clientOf(options).syncs.deleteVariant(refOf(variant, connectionId))
      show(options, answer, ({ command_id }) =>
        command_id === undefined ? `Deleted ${pathText(variant)} with its records.` : accepted('deletes it'),
      )
    })

function readVariant(text: string): Path {
  const path = readPath(text)
  if (path.variant === 'base') throw new UsageError(`'${text}' names no variant: give it as ${text}::team-a`)
  return path
}

const refOf = ({ integration, name, variant }: Path, connectionId: string) => ({
  ...{ providerConfigKey: integration, connectionId },
  ...{ name, variant },
})
