import type { ListSchedules, Schedule } from '@syncline/sdk'
import { Option } from 'commander'
import { fullName } from '../full-name.ts'
import { pathText } from '../path.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type FilterOptions, scheduleFilter, withScheduleFilter } from '../schedule-filter.ts'
import { shellQuoted } from '../shell-quoted.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { syncMessage } from '../sync-message.ts'
import { table } from '../table.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options extends RestOptions, JsonOptions, FilterOptions {
  sort?: ListSchedules['sort']
  order?: ListSchedules['order']
  limit: number
  cursor?: string
}

const PAGE = 100
const sorts = ['place', 'last_success', 'last_run', 'next_run', 'failures', 'stale_since']

export const status = () =>
  withScheduleFilter(restCommand('status').description(routeSummary('listSchedules')))
    .addOption(new Option('--sort <what>', 'by place when absent').choices(sorts))
    .addOption(new Option('--order <order>', 'asc when absent').choices(['asc', 'desc']))
    .option('--limit <count>', 'how many to show', wholeNumber(1, 100_000), 100)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .addOption(jsonOption())
    .action(async (integration: string | undefined, names: string[], options: Options) => {
      const { found, next, total, unavailable } = await schedulesOf(integration, names, options)
      const columns = [
        ...(integration === undefined ? (['integration'] as const) : []),
        ...(['sync', 'connection', 'status', 'stale', 'frequency', 'finished', 'next'] as const),
        ...(['records', 'message'] as const),
      ]
      const stale = found.filter(({ freshness }) => freshness.stale).length
      const notes = [
        stale > 0 && `${stale} of ${found.length} stale: ${hint(found)}`,
        next !== null && `${total} in all. For more: --cursor ${next}`,
        unavailable.length > 0 && `Did not answer: ${unavailable.join(', ')}`,
      ].filter((note) => note !== false)
      show(options, { schedules: found, next_cursor: next, total, unavailable }, ({ schedules }) =>
        [table(columns, schedules.map(row)), ...notes].join('\n\n'),
      )
    })

async function schedulesOf(integration: string | undefined, names: string[], options: Options) {
  const client = clientOf(options)
  const { limit } = options
  const found: Schedule[] = []
  const unavailable = new Set<string>()
  let next: string | null = options.cursor ?? null
  let total = 0
  do {
    const page = await client.schedules.list({
      ...scheduleFilter(integration, names, options),
      ...{ sort: options.sort, order: options.order },
      limit: Math.min(limit - found.length, PAGE),
      cursor: next,
    })
    found.push(...page.schedules)
    for (const service of page.unavailable) unavailable.add(service)
    next = page.next_cursor
    total = page.total
  } while (next !== null && found.length < limit)
  return { found, next, total, unavailable: [...unavailable] }
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
