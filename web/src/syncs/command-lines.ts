import type { SchedulesFilter } from './syncs-filter.ts'

/** The names of a schedule, as its row of `GET /schedules` has them. */
export interface Place {
  provider_config_key: string
  connection_id: string
  name: string
  variant: string
}

export const fullName = ({ name, variant }: Pick<Place, 'name' | 'variant'>): string =>
  variant === 'base' ? name : `${name}::${variant}`

/** `github/issues`, of a variant `github/issues::team-a`. */
export const pathOf = (place: Place): string => `${place.provider_config_key}/${fullName(place)}`

/** An option with its value, which may look like an option itself. */
type Option = string | [name: string, value: string]

/** The words of a command for `CliLine`. Options come first, and `--` before names of which one looks like an option. */
export function commandWords(command: string, names: string[], options: Option[] = []): string[] {
  const separator = names.some((name) => name.startsWith('-')) ? ['--'] : []
  return [...command.split(' '), ...options.flat(), ...separator, ...names]
}

export type StateAction = 'trigger' | 'start' | 'pause'
export interface TriggerOptions {
  reset?: boolean
  emptyCache?: boolean
}

export function stateWords(action: StateAction, place: Place, { reset, emptyCache }: TriggerOptions = {}) {
  const options: Option[] = [['--connection', place.connection_id]]
  if (reset) options.push('--reset')
  if (reset && emptyCache) options.push('--empty-cache')
  return commandWords(action, [place.provider_config_key, fullName(place)], options)
}

export const frequencyWords = (place: Place, frequency: string | null) =>
  frequency === null
    ? commandWords('frequency reset', [pathOf(place), place.connection_id])
    : commandWords('frequency set', [pathOf(place), place.connection_id, frequency])

export const whyWords = (place: Place) => commandWords('why', [pathOf(place), place.connection_id])
export const cancelWords = (run: string) => commandWords('cancel', [], [['--run', run]])
export const logsWords = (place: Place, options: Option[] = []) =>
  commandWords('logs', [pathOf(place), place.connection_id], options)

export const variantWords = (action: 'create' | 'delete', place: Place) =>
  commandWords(`variant ${action}`, [pathOf(place), place.connection_id])

/** A model has the variant of its sync. */
export const releaseWords = (place: Place, model: string) =>
  commandWords('deletions release', [pathOf({ ...place, name: model }), place.connection_id])

/** What lists the schedules of a filter: `syncline status` has an option for each, or an argument. */
export function statusWords(filter: SchedulesFilter): string[] {
  return commandWords('status', namesOf(filter), filterOptions(filter))
}

function filterOptions(filter: SchedulesFilter): Option[] {
  const { connection_id, stale, failing, reason, state, run_state, version, q, tags = {} } = filter
  const given: [string, string | undefined][] = [
    ['--connection', connection_id],
    ['--reason', reason],
    ['--state', state],
    ['--run-state', run_state],
    ['--sync-version', version],
    ['--search', q],
    ...Object.entries(tags).map(([name, value]): [string, string] => ['--tag', `${name}=${value}`]),
  ]
  const options = given.filter((option): option is [string, string] => option[1] !== undefined)
  return [...(stale ? ['--stale'] : []), ...(failing ? ['--failing'] : []), ...options]
}

const namesOf = ({ provider_config_key, syncs }: SchedulesFilter): string[] =>
  provider_config_key === undefined ? [] : [provider_config_key, ...(syncs?.split(',') ?? [])]

export const checkpointWords = (place: Place, checkpoint: object | null) =>
  checkpoint === null
    ? commandWords('checkpoint clear', [pathOf(place), place.connection_id])
    : commandWords('checkpoint set', [pathOf(place), place.connection_id, JSON.stringify(checkpoint)])

/** One action on all schedules of a filter. */
export function bulkWords(action: string, filter: SchedulesFilter, frequency: string | null): string[] {
  const options: Option[] = action === 'frequency' ? [['--frequency', frequency ?? 'default']] : []
  return commandWords(`bulk ${action}`, namesOf(filter), [...options, ...filterOptions(filter)])
}

/** One action on a few schedules: a command for each connection, or for the frequency, for each schedule. */
export function chosenWords(action: string, places: Place[], frequency: string | null): string[][] {
  if (action === 'frequency') return places.map((place) => frequencyWords(place, frequency))
  const byConnection = Map.groupBy(places, (it) => JSON.stringify([it.provider_config_key, it.connection_id]))
  return [...byConnection.values()].flatMap((these) => {
    const [first] = these
    if (first === undefined) return []
    const options: Option[] = [
      ['--connection', first.connection_id],
      ...(action === 'reset' ? ['--reset'] : []),
    ]
    const command = action === 'reset' ? 'trigger' : action
    return [commandWords(command, [first.provider_config_key, ...these.map(fullName)], options)]
  })
}
