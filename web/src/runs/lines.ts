// The command lines that do the same as the screens of runs and errors, as arguments of `syncline`.

interface Place {
  provider_config_key: string
  connection_id: string
  sync_name: string
  variant: string
}

const syncText = ({ sync_name, variant }: Pick<Place, 'sync_name' | 'variant'>): string =>
  variant === 'base' ? sync_name : `${sync_name}::${variant}`

export const runLine = (id: string): string[] => ['run', id]
export const logsLine = (id: string, follow: boolean): string[] => ['logs', id, ...(follow ? ['-f'] : [])]
export const cancelLine = (id: string): string[] => ['cancel', '--run', id]
export const triggerLine = (run: Place): string[] => [
  ...['trigger', run.provider_config_key, syncText(run), '--connection', run.connection_id],
]

export interface RunsFilter {
  integration?: string | undefined
  connection?: string | undefined
  sync?: string | undefined
  state?: string | undefined
  outcome?: string | undefined
  since?: string | undefined
}

export function runsLine({ integration, connection, sync, state, outcome, since }: RunsFilter): string[] {
  const option = (name: string, value: string | undefined) => (value ? [name, value] : [])
  return [
    'runs',
    ...(sync && integration ? [] : option('--integration', integration)),
    ...(sync && integration ? ['--sync', `${integration}/${sync}`] : []),
    ...option('--connection', connection),
    ...option('--state', state),
    ...option('--outcome', outcome),
    ...option('--since', since),
  ]
}
