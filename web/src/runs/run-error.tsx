import type { ListedRun, RunAttempt } from '@syncline/api'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { PathLink } from '../parts/path-link.tsx'
import { Time } from '../parts/time.tsx'
import styles from './run.module.css'

type Position = NonNullable<RunAttempt['position']>

/** Why the run did not succeed, with the line of the source that threw; or what it warns of, or waits for. */
export function RunError({ run, position }: { run: ListedRun; position: Position | null }) {
  const environment = useEnvironment()
  const { error, warning, parked, throttled, state } = run
  if (error !== null)
    return (
      <div className={styles.error} role="alert">
        <div className={styles.errorText} dir="auto">
          {error} <CopyButton text={error} label="Copy the error" />
        </div>
        {position && <Source position={position} />}
        <div className={styles.errorLink}>
          <PathLink
            href={paths.errors(environment, { integration: run.provider_config_key, sync: run.sync_name })}
          >
            Errors of this sync
          </PathLink>
        </div>
      </div>
    )
  const waits = state === 'ended' ? null : (parked ?? (throttled?.until ? throttled.reason : null))
  const text = warning ?? waits
  if (text === null) return null
  return (
    <div className={styles.error} data-tone="warn" role="status">
      <div className={styles.errorText} dir="auto">
        {text}
      </div>
      {waits !== null && throttled?.until && (
        <div className={styles.sourceAt}>
          It goes on <Time at={throttled.until} />
        </div>
      )}
    </div>
  )
}

function Source({ position: { file, line, column, source } }: { position: Position }) {
  return (
    <figure className={styles.source} style={{ margin: 0 }} aria-label={`${file}, line ${line}`}>
      <figcaption className={styles.sourceAt} dir="ltr">
        {file}:{line}:{column}
      </figcaption>
      <pre className={styles.code} dir="ltr">
        {source.map(({ line: number, text }) => (
          <span key={number} className={styles.codeLine} data-thrown={number === line || undefined}>
            <span className={styles.codeNumber}>{number}</span>
            {text}
          </span>
        ))}
      </pre>
    </figure>
  )
}
