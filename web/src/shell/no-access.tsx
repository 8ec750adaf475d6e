import { Empty } from '../parts/empty.tsx'
import { PathLink } from '../parts/path-link.tsx'
import { Screen } from '../parts/screen.tsx'

/** The session does not include the environment in the path. */
export function NoAccess({ environment }: { environment: string }) {
  return (
    <Screen title={environment}>
      <Empty title={`Your session does not open environment '${environment}'`}>
        <p>
          <PathLink href={`/ui/login?more=yes&environment=${encodeURIComponent(environment)}`}>
            Log in to it
          </PathLink>{' '}
          with one of its keys, or choose another environment.
        </p>
      </Empty>
    </Screen>
  )
}
