import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { PathLink } from '../parts/path-link.tsx'
import { type StreamName, titleOf } from './place.ts'

/** The way back: all streams, those of the integration and of the connection, and with a record, its stream. */
export function Crumbs({ stream, withStream = false }: { stream: StreamName; withStream?: boolean }) {
  const environment = useEnvironment()
  const { integration, connection } = stream
  return (
    <>
      <PathLink href={paths.records(environment)}>Records</PathLink>
      {' / '}
      <PathLink href={paths.records(environment, { integration })}>{integration}</PathLink>
      {' / '}
      <PathLink href={paths.records(environment, { integration, connection })}>
        <bdi>{connection}</bdi>
      </PathLink>
      {withStream && (
        <>
          {' / '}
          <PathLink href={paths.records(environment, { ...stream })}>{titleOf(stream)}</PathLink>
        </>
      )}
    </>
  )
}
