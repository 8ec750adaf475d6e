import { useEnvironment } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { JsonText } from '../parts/json-text.tsx'
import { PathLink } from '../parts/path-link.tsx'
import { Section } from '../parts/screen.tsx'
import { Time } from '../parts/time.tsx'
import type { Place } from '../syncs/command-lines.ts'
import { connectionPath } from './connection-path.ts'
import styles from './schedule.module.css'

/** The connection that the schedule belongs to: whether its credentials work, and what functions can read of it. */
export function ConnectionFacts({ place }: { place: Place }) {
  const environment = useEnvironment()
  const { provider_config_key: integration, connection_id: connection } = place
  const { data } = useApi(
    'GET /connections/:connectionId',
    { params: { connectionId: connection }, query: { provider_config_key: integration } },
    { poll: 10_000 },
  )
  const metadata = data && Object.keys(data.metadata ?? {}).length > 0 ? data.metadata : null
  return (
    <Section
      title="Connection"
      beside={<PathLink href={connectionPath(environment, { integration, connection })}>open</PathLink>}
    >
      <p className={styles.quiet}>
        {data?.needs_reauth ? (
          <>
            It needs new credentials since <Time at={data.needs_reauth.since} />: {data.needs_reauth.reason}
          </>
        ) : (
          data && `Its credentials are in order. Provider: ${data.provider}.`
        )}
      </p>
      {metadata && <JsonText value={metadata} label="Metadata" />}
    </Section>
  )
}
