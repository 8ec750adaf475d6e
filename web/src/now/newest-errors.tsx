import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { Badge } from '../parts/badge.tsx'
import { cutText } from '../parts/cut-text.ts'
import { ErrorBox } from '../parts/error-box.tsx'
import { countText } from '../parts/number-text.ts'
import { PathLink } from '../parts/path-link.tsx'
import { Section } from '../parts/screen.tsx'
import { Time } from '../parts/time.tsx'
import styles from './now.module.css'

const SHOWN = '5'

/** The most frequent errors of the last days. The screen Errors has all of them. */
export function NewestErrors() {
  const environment = useEnvironment()
  const { data, error } = useApi('GET /errors', { query: { limit: SHOWN } }, { poll: 5000 })
  return (
    <Section
      title="Errors of 7 days"
      beside={
        <PathLink href={paths.errors(environment)}>
          {data && data.total > 0 ? `all ${countText(data.total)}` : 'all'}
        </PathLink>
      }
    >
      {error && !data && <ErrorBox error={error} what="The errors cannot be shown" />}
      {data?.errors.length === 0 && (
        <p className={styles.calm}>
          <Badge tone="good">none</Badge> No run has failed.
        </p>
      )}
      {data && data.errors.length > 0 && (
        <ul className={styles.list}>
          {data.errors.map((it) => (
            <li key={it.fingerprint} className={styles.failure}>
              <PathLink
                href={paths.errors(environment, { open: it.fingerprint })}
                className={styles.message}
                title={cutText(it.sample)}
                dir="auto"
              >
                {cutText(it.message) || it.outcome.replaceAll('_', ' ')}
              </PathLink>
              <span className={styles.where} dir="auto">
                {it.provider_config_key}/{it.sync_name}
                {it.version && ` · version ${it.version}`} · {countText(it.connections)}{' '}
                {it.connections === 1 ? 'connection' : 'connections'}
              </span>
              <b className={styles.times}>{countText(it.count)} ×</b>
              <span className={styles.when}>
                <Time at={it.last_seen_at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
