import type { Schedule, StaleReason } from '@syncline/sdk'
import { collect, collectTags } from '../collect.ts'
import { fullName } from '../full-name.ts'
import { pathText } from '../path.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { shellQuoted } from '../shell-quoted.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { staleReasons } from '../stale-hint.ts'
import { syncMessage } from '../sync-message.ts'
import { table } from '../table.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options extends RestOptions, JsonOptions {
  connection?: string
  state?: ('started' | 'paused')[]
  reason?: StaleReason[]
  stale?: boolean
  tag?: Record<string, string>
  limit: number
  cursor?: string
}

const PAGE = 100

export const status = () =>
  restCommand('status')
    .description(routeSummary('listSchedules'))
    .argument('[integration]', 'all when absent')
    .argument('[syncs...]', 'name or name::variant; all when absent')
    .option('--connection <id>', 'only on this connection')
    .option('--stale', 'only those whose records are older than they may be')
    .option(
      '--reason <reasons>',
      `only those that are stale for it: ${staleReasons.join(', ')}`,
      collect(staleReasons),
    )
    .option('--state <states>', 'only those that are started or paused', collect(['started', 'paused']))
    .option('--tag <name=value>', 'only on connections with this tag; may be repeated', collectTags)
    .option('--limit <count>', 'how many to show', wholeNumber(1, 100_000), 100)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .addOption(jsonOption())
    .action(async (integration: string | undefined, names: string[], options: Options) => {
      const { found, next, unavailable } = await schedulesOf(integration, names, options)
      const columns = [
        ...(integration === undefined ? (['integration'] as const) : []),
        ...(['sync', 'connection', 'status', 'stale', 'frequency', 'finished', 'next'] as const),
        ...(['records', 'message'] as const),
      ]
      const stale = found.filter(({ freshness }) => freshness.stale).length
      const notes = [
        stale > 0 && `${stale} of ${found.length} stale: ${hint(found)}`,
        next !== null && `There may be more: --cursor ${next}`,
        unavailable.length > 0 && `Did not answer: ${unavailable.join(', ')}`,
      ].filter((note) => note !== false)
      show(options, { schedules: found, next_cursor: next, unavailable }, ({ schedules }) =>
        [table(columns, schedules.map(row)), ...notes].join('\n\n'),
      )
    })

async function schedulesOf(integration: string | undefined, names: string[], options: Options) {
  const client = clientOf(options)
  const { limit } = options
  const found: Schedule[] = []
  const unavailable = new Set<string>()
  let next: string | null = options.cursor ?? null
  do {
    const page = await client.schedules.list({
      ...(integration !== undefined && { providerConfigKey: integration }),
      ...(options.connection !== undefined && { connectionId: options.connection }),
      ...(names.length > 0 && { syncs: names }),
      ...(options.state && { state: options.state }),
      ...(options.reason && { reason: options.reason }),
      ...(options.stale && { stale: true }),
      ...(options.tag && { tags: options.tag }),
      limit: Math.min(limit - found.length, PAGE),
      cursor: next,
    })
    found.push(...page.schedules)
    for (const service of page.unavailable) unavailable.add(service)
    next = page.next_cursor
  } while (next !== null && found.length < limit)
  return { found, next, unavailable: [...unavailable] }
}

function row(schedule: Schedule) {
  const { freshness, lastRun, recordCount } = schedule
  return {
    integration: schedule.provider_config_key,
    sync: fullName(schedule.name, schedule.variant),
    connection: schedule.connection_id,
    status: schedule.status,
    stale: freshness.stale?.reason ?? null,
    frequency: schedule.frequency,
    finished: schedule.finishedAt ?? null,
    next: schedule.nextScheduledSyncAt,
    records: Object.entries(recordCount ?? {})
      .map(([model, count]) => `${model} ${count}`)
      .join(', '),
    message: freshness.stale?.message ?? syncMessage({ ...schedule, lastRun }),
  }
}

function hint(found: Schedule[]): string {
  const first = found.find(({ freshness }) => freshness.stale)
  if (first === undefined) return ''
  const sync = pathText({ ...first, integration: first.provider_config_key })
  return `syncline why ${sync} ${shellQuoted(first.connection_id)}`
}
