import type { ActOnSchedules, Schedule, ScheduleFilter, Syncline } from '@syncline/sdk'
import { Argument } from 'commander'
import { canAsk, confirm } from '../confirm.ts'
import { fullName } from '../full-name.ts'
import { Progress } from '../progress.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { type FilterOptions, scheduleFilter, withScheduleFilter } from '../schedule-filter.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'
import { UsageError } from '../usage-error.ts'

type Action = ActOnSchedules['action']

interface Options extends RestOptions, JsonOptions, FilterOptions {
  frequency?: string
  fingerprint?: string
  yes?: boolean
}

/** Ids of one call. */
const AT_ONCE = 100
const actions = ['trigger', 'pause', 'start', 'reset', 'frequency'] as const

/** A schedule with which nothing was done. */
interface Refused {
  id: string | null
  provider_config_key: string
  connection_id: string
  sync: string
  error: { code: string; message: string }
}

export const bulk = () =>
  withScheduleFilter(
    restCommand('bulk')
      .description('do the same with all schedules that a filter finds, as `status` lists them')
      .addArgument(new Argument('<operation>').choices(actions)),
  )
    .option('--frequency <frequency>', "for `frequency`: such as 'every hour', or `default`")
    .option('--fingerprint <hex>', 'only those whose last run ended with this error: see `syncline errors`')
    .option('--yes', 'do not ask')
    .addOption(jsonOption())
    .addHelpText('after', '\nExit codes: 0 all done, 1 some were refused, 2 wrong command line.')
    .action(async (action: Action, integration: string | undefined, names: string[], options: Options) => {
      const { frequency, yes } = options
      if ((action === 'frequency') !== (frequency !== undefined)) {
        throw new UsageError('give --frequency with the action `frequency`, and only then')
      }
      if (!yes && !canAsk()) {
        throw new UsageError('nobody can be asked here: give --yes, or see `syncline status` first')
      }
      const client = clientOf(options)
      const filter = scheduleFilter(integration, names, options)
      const found = await schedulesOf(client, filter, options.fingerprint)
      if (found.length > 0 && !yes && !(await confirm(`${said(action)} ${found.length} schedules?`))) {
        throw new Error('nothing was done')
      }
      const done = await actOnAll(client, found, action, frequency)
      show(options, { action, ...done }, text)
      if (done.refused.length > 0) process.exitCode = 1
    })

/** All are read before anything is done: what the action changes may be what the filter asks for. */
async function schedulesOf(
  client: Syncline,
  filter: ScheduleFilter,
  fingerprint: string | undefined,
): Promise<Schedule[]> {
  using progress = new Progress()
  const found: Schedule[] = []
  const failing = fingerprint === undefined ? {} : { failing: true }
  for await (const schedule of client.schedules.iterate({ ...filter, ...failing })) {
    found.push(schedule)
    progress.say(`found ${found.length} schedules`)
  }
  return fingerprint === undefined ? found : await lastEndedWith(client, fingerprint, found)
}

/** Those whose last run is one of the runs with this error. */
async function lastEndedWith(
  client: Syncline,
  fingerprint: string,
  failing: Schedule[],
): Promise<Schedule[]> {
  const [oldest] = failing.flatMap(({ lastRun }) => lastRun?.finishedAt ?? []).toSorted()
  if (oldest === undefined) return []
  const runs = await Array.fromAsync(client.runs.iterate({ fingerprint, from: oldest, limit: AT_ONCE }))
  const ids = new Set(runs.map(({ id }) => id))
  return failing.filter(({ lastRun }) => lastRun && ids.has(lastRun.id))
}

async function actOnAll(client: Syncline, found: Schedule[], action: Action, frequency: string | undefined) {
  using progress = new Progress()
  const refused: Refused[] = found.filter(({ id }) => id === null).map(notMade)
  const known = new Map(found.flatMap((schedule) => (schedule.id === null ? [] : [[schedule.id, schedule]])))
  const ids = [...known.keys()]
  const accepted: string[] = []
  let done = 0
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const some = ids.slice(at, at + AT_ONCE)
    const { results = [], command_id } = await client.schedules.act({
      ...{ action, ids: some },
      ...(frequency !== undefined && { frequency: frequency === 'default' ? null : frequency }),
    })
    if (command_id !== undefined) accepted.push(command_id)
    for (const result of results) {
      const schedule = known.get(result.id)
      if ('error' in result && schedule) refused.push(refusal(schedule, result.error))
      else done++
    }
    progress.say(`${at + some.length} of ${ids.length}`)
  }
  return { total: found.length, done, accepted, refused }
}

function notMade(schedule: Schedule): Refused {
  const message = 'the scheduler has yet to make it, or does not answer: try again'
  return refusal(schedule, { code: 'unavailable', message })
}

function refusal(
  { id, provider_config_key, connection_id, name, variant }: Schedule,
  error: Refused['error'],
) {
  return { id, provider_config_key, connection_id, sync: fullName(name, variant), error }
}

function text({
  action,
  total,
  done,
  accepted,
  refused,
}: { action: Action } & Awaited<ReturnType<typeof actOnAll>>) {
  if (total === 0) return 'No schedule fits.'
  const lines = [`${said(action)}: ${done} of ${total} schedules done.`]
  if (accepted.length > 0)
    lines.push(`The scheduler does not answer now: it does ${accepted.length} commands when it is back.`)
  if (refused.length > 0) {
    const rows = refused.map(({ provider_config_key, connection_id, sync, error }) => ({
      ...{ integration: provider_config_key, connection: connection_id, sync, error: error.message },
    }))
    lines.push('', table(['integration', 'sync', 'connection', 'error'], rows))
  }
  return lines.join('\n')
}

const said = (action: Action) =>
  action === 'frequency' ? 'Set the frequency of' : action.charAt(0).toUpperCase() + action.slice(1)
