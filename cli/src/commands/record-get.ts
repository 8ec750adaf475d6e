import type { NangoRecord } from '@syncline/sdk'
import { type Path, readPath } from '../path.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { UsageError } from '../usage-error.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options extends RestOptions, JsonOptions {
  history?: boolean
  limit?: number
  cursor?: string
}

export const recordGet = () =>
  restCommand('get')
    .description(routeSummary('getRecord'))
    .argument('<model>', 'such as github/Issue, or of a variant github/Issue::team-a', readPath)
    .argument('<connection>')
    .argument('<id>', 'of the record')
    .option('--history', 'its versions, newest first, each with the run that saved it')
    .option('--limit <count>', 'of its history: how many versions, up to 500', wholeNumber(1, 500))
    .option('--cursor <cursor>', 'of its history: go on where an earlier list ended')
    .addOption(jsonOption())
    .action(async (model: Path, connectionId: string, id: string, options: Options) => {
      const { integration: providerConfigKey, name, variant } = model
      const { history, limit, cursor } = options
      if (!history && (limit ?? cursor) !== undefined)
        throw new UsageError('--limit and --cursor go with --history')
      const where = { providerConfigKey, connectionId, model: name, variant, id }
      if (history) {
        const paged = { ...(limit !== undefined && { limit }), cursor: cursor ?? null }
        const page = await clientOf(options).records.history({ ...where, ...paged })
        const more = page.next_cursor === null ? '' : `\n\nThere are more: --cursor ${page.next_cursor}`
        show(
          options,
          page,
          ({ records }) => (records.map(version).join('\n') || 'There is no version.') + more,
        )
        return
      }
      // A record has any fields: JSON is for people too.
      const record = await clientOf(options).records.get(where)
      show(options, record, (it) => JSON.stringify(it, null, 2))
    })

function version({ _nango_metadata: { last_modified_at, last_action, run_id }, ...fields }: NangoRecord) {
  return `${last_modified_at}  ${last_action.padEnd(7)}  run ${run_id ?? 'unknown'}  ${JSON.stringify(fields)}`
}
