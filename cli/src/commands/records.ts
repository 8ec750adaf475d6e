import type { NangoRecord, RecordFilter, Syncline } from '@syncline/sdk'
import { collect } from '../collect.ts'
import { type Path, readPath } from '../path.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { readTime } from '../time.ts'
import { UsageError } from '../usage-error.ts'
import { wholeNumber } from '../whole-number.ts'

const PAGE = 500
const POLL_MS = 1000
const POLL_MAX_MS = 5000
const FILTERS = ['added', 'updated', 'deleted'] as const

interface Options extends RestOptions, JsonOptions {
  id?: string[]
  since?: string
  asOf?: string
  filter?: (typeof FILTERS)[number][]
  limit: number
  cursor?: string
  newest?: boolean
  payload: boolean
  follow?: boolean
}
type Wanted = Parameters<Syncline['records']['list']>[0]

export const records = () =>
  restCommand('records')
    .description(routeSummary('listRecords'))
    .argument('<model>', 'such as github/Issue, or of a variant github/Issue::team-a', readPath)
    .argument('<connection>')
    .option('--id <ids>', 'only these, up to 100', collect())
    .option('--since <time>', 'only what changed later: such as 2h, 7d, or 2026-11-27T09:00:00Z', readTime)
    .option('--as-of <time>', 'as they were then, as far back as history is kept', readTime)
    .option('--filter <actions>', 'only those that were added, updated or deleted last', collect(FILTERS))
    .option('--newest', 'what changed last comes first')
    .option('--no-payload', 'only ids, with the run that saved each and the bytes of its payload')
    .option('--limit <count>', 'how many to show', wholeNumber(1, 1_000_000), 100)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .option('--follow', 'what changes from now on, or from --since or --cursor on, until it is stopped')
    .addOption(jsonOption())
    .action(async (model: Path, connectionId: string, options: Options) => {
      const { id, since, asOf, filter, follow: isFollowed, cursor, newest, payload } = options
      if (isFollowed && (id || asOf || newest || !payload))
        throw new UsageError('--follow goes without --id, --as-of, --newest and --no-payload')
      const wanted: Wanted = {
        ...{ providerConfigKey: model.integration, connectionId },
        ...{ model: model.name, variant: model.variant },
        ...(id && { ids: id }),
        ...(since !== undefined && { modifiedAfter: since }),
        ...(asOf !== undefined && { asOf }),
        // Words of the list, in the order of the list: `added,deleted`.
        ...(filter && { filter: FILTERS.filter((it) => filter.includes(it)).join(',') as RecordFilter }),
        ...(cursor !== undefined && { cursor }),
        ...(newest && { order: 'newest' }),
        ...(!payload && { payload }),
      }
      const client = clientOf(options)
      if (isFollowed) return follow(client, wanted, options)
      const page = await read(client, wanted, options.limit)
      const more = page.next_cursor === null ? '' : `\n\nThere are more: --cursor ${page.next_cursor}`
      show(options, page, (it) => (it.records.map(line).join('\n') || 'There is no record.') + more)
    })

async function read(client: Syncline, wanted: Wanted, limit: number) {
  const found: NangoRecord[] = []
  let next = wanted.cursor ?? null
  do {
    const size = Math.min(limit - found.length, PAGE)
    const page = await client.records.list({ ...wanted, cursor: next, limit: size })
    found.push(...page.records)
    next = page.next_cursor
  } while (next !== null && found.length < limit)
  return { records: found, next_cursor: next }
}

/** Prints each change as it comes; with `--json`, as an object on a line of its own. */
async function follow(client: Syncline, wanted: Wanted, { json, cursor, since }: Options): Promise<void> {
  let place = cursor ?? null
  const from = cursor === undefined ? (since ?? new Date().toISOString()) : since
  await client.records.copy({
    ...wanted,
    ...(from !== undefined && { modifiedAfter: from }),
    ...{ pollMs: POLL_MS, pollMaxMs: POLL_MAX_MS },
    cursor: {
      load: () => place,
      save: (it) => {
        place = it
      },
    },
    apply: ({ upserts, deletions, pruned }) => {
      const changed = [...upserts, ...deletions, ...pruned].sort((a, b) =>
        a._nango_metadata.last_modified_at < b._nango_metadata.last_modified_at ? -1 : 1,
      )
      for (const record of changed) console.log(json ? JSON.stringify(record) : line(record))
    },
  })
}

/** A record has any fields: people read them as JSON too. */
function line({ _nango_metadata, ...fields }: NangoRecord): string {
  const { last_modified_at, last_action, run_id, bytes } = _nango_metadata
  const origin = bytes === undefined ? '' : `  ${bytes} bytes  run ${run_id ?? 'unknown'}`
  return `${last_modified_at}  ${last_action.padEnd(7)}  ${JSON.stringify(fields)}${origin}`
}
