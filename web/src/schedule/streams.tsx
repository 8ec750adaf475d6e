import type { Schedule } from '@syncline/api'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { bytesText, countText } from '../parts/number-text.ts'
import { PathLink } from '../parts/path-link.tsx'
import { Section } from '../parts/screen.tsx'
import { Time } from '../parts/time.tsx'
import styles from './schedule.module.css'

/** The records of the schedule by model: how many, how large, when they changed last. */
export function Streams({ schedule }: { schedule: Schedule }) {
  const environment = useEnvironment()
  const { provider_config_key: integration, connection_id: connection, variant, recordCount } = schedule
  const { data } = useApi(
    'GET /records/streams',
    { query: { provider_config_key: integration, connection_id: connection, limit: '500' } },
    { poll: 5000 },
  )
  const sizes = new Map(data?.streams.filter((it) => it.variant === variant).map((it) => [it.model, it]))
  const models = Object.entries(recordCount ?? {})
  return (
    <Section title="Streams">
      {recordCount === null ? (
        <p className={styles.quiet}>The record store does not answer.</p>
      ) : (
        <ul className={styles.list}>
          {models.map(([model, count]) => {
            const stream = sizes.get(model)
            return (
              <li key={model}>
                <PathLink
                  href={paths.records(environment, { integration, connection, model, variant })}
                  dir="auto"
                >
                  {model}
                </PathLink>
                <span className={styles.quiet}>
                  {countText(count)}
                  {stream && ` · ${bytesText(stream.bytes)} · changed `}
                  {stream && <Time at={stream.last_modified_at} none="never" />}
                </span>
              </li>
            )
          })}
        </ul>
      )}
    </Section>
  )
}
