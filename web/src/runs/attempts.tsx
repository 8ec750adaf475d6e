import type { ListedRun, RunAttempt } from '@syncline/api'
import { OutcomeBadge } from '../parts/outcome-badge.tsx'
import { Duration, Time } from '../parts/time.tsx'
import { durationText } from '../parts/time-text.ts'
import { type PhaseName, phaseBar, phaseMeaning } from './phases.ts'
import styles from './run.module.css'

const colors: Record<PhaseName, string> = {
  queued: 'var(--line)',
  begin: 'var(--info)',
  function: 'var(--accent)',
  saves: 'var(--good)',
  settle: 'var(--warn)',
}

/** Attempts with their runner and their phases. What a runner that died did is not known. */
export function Attempts({ run, attempts }: { run: ListedRun; attempts: readonly RunAttempt[] }) {
  const known = new Set(attempts.map(({ attempt }) => attempt))
  const missing = Array.from({ length: run.attempt }, (_, i) => i + 1).filter((number) => !known.has(number))
  if (run.attempt === 0) return <p className={styles.notes}>It waits for a runner. No attempt has begun.</p>
  return (
    <div className={styles.attempts}>
      {attempts.map((attempt) => (
        <OneAttempt key={attempt.attempt} attempt={attempt} known={run.error} />
      ))}
      {missing.length > 0 && <p className={styles.notes}>{missingText(missing)}</p>}
    </div>
  )
}

/** `known`: the error that is shown above already. */
function OneAttempt({ attempt: it, known }: { attempt: RunAttempt; known: string | null }) {
  const bar = phaseBar(it.phases)
  return (
    <div className={`${styles.box} ${styles.attempt}`}>
      <div className={styles.attemptHead}>
        <b>Attempt {it.attempt}</b>
        <OutcomeBadge outcome={it.outcome ?? 'running'} />
        <span>
          began <Time at={it.started_at} />,{it.ended_at === null ? ' for ' : ' took '}
          <Duration from={it.started_at} to={it.ended_at} />
        </span>
        <span className={styles.quiet}>
          runner {it.runner}
          {it.sandbox && `, sandbox ${it.sandbox}`}
          {it.version && `, version ${it.version}`}
        </span>
      </div>
      {it.ended_at === null && (
        <p className={styles.notes}>Its phases, calls and batches are known when it ends.</p>
      )}
      {bar.length > 0 && (
        <>
          <div
            className={styles.bar}
            role="img"
            aria-label={bar.map(({ name, ms }) => `${name} ${durationText(ms)}`).join(', ')}
          >
            {bar.map(({ name, width }) => (
              <span
                key={name}
                style={{ width: `${width}%`, background: colors[name] }}
                title={phaseMeaning[name]}
              />
            ))}
          </div>
          <div className={styles.legend}>
            {bar.map(({ name, ms }) => (
              <span key={name} title={phaseMeaning[name]}>
                <i style={{ background: colors[name] }} />
                {name} <b>{durationText(ms)}</b>
              </span>
            ))}
          </div>
        </>
      )}
      {it.error !== null && it.error !== known && (
        <div className={styles.notes} dir="auto">
          {it.error}
        </div>
      )}
    </div>
  )
}

function missingText(missing: number[]): string {
  const which = missing.length === 1 ? `attempt ${missing[0]}` : `attempts ${missing.join(', ')}`
  return `Nothing is known of ${which}: the runner died, or it ended too long ago.`
}
