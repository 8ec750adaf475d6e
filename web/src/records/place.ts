import { useFilters } from '../api/use-filters.ts'

/** What is looked at, and how: all of it is in the address. */
export const usePlace = () =>
  useFilters(['integration', 'connection', 'model', 'variant', 'id', 'q', 'action', 'at'])

/** The records of a model and variant on a connection. */
export interface StreamName {
  integration: string
  connection: string
  model: string
  variant: string
}

/** The stream of the address; undefined = none was chosen yet. */
export function streamOf(values: ReturnType<typeof usePlace>['values']): StreamName | undefined {
  const { integration, connection, model, variant } = values
  if (integration === '' || connection === '' || model === '') return undefined
  return { integration, connection, model, variant: variant || 'base' }
}

export const headersOf = ({ integration, connection }: Pick<StreamName, 'integration' | 'connection'>) => ({
  'provider-config-key': integration,
  'connection-id': connection,
})

/** As people say it: `Issue`, or of a variant `Issue::team-a`. */
export const titleOf = ({ model, variant }: Pick<StreamName, 'model' | 'variant'>) =>
  variant === 'base' ? model : `${model}::${variant}`

/** As the CLI takes it. */
export const cliPathOf = (stream: StreamName) => `${stream.integration}/${titleOf(stream)}`
