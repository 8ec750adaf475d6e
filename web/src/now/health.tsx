import { useScopes } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { Badge, type Tone } from '../parts/badge.tsx'
import { CliLine } from '../parts/cli-line.tsx'
import { Section } from '../parts/screen.tsx'
import styles from './now.module.css'

const POLL_MS = 15_000
const tones: Record<string, Tone> = { ok: 'good', warning: 'warn', failed: 'bad' }

interface Check {
  name: string
  state: string
  message: string
  advice: string | null
}

/** Servers and services: one line while all are well, each that is not with what to do. */
export function Health() {
  const checks = useChecks()
  if (checks === undefined) return null
  const wrong = checks.filter(({ state }) => state !== 'ok')
  const well = checks.filter(({ state }) => state === 'ok')
  return (
    <Section title="Health of the system" beside={`${well.length} of ${checks.length} checks are ok`}>
      <ul className={styles.list}>
        {wrong.map(({ name, state, message, advice }) => (
          <li key={name} className={styles.check}>
            <Badge tone={tones[state] ?? 'warn'}>{state}</Badge>
            <span>
              <b>{name}</b>: {message}
              {advice && <span className={styles.advice}> {advice}</span>}
            </span>
          </li>
        ))}
        {well.length > 0 && (
          <li className={styles.check}>
            <Badge tone="good">ok</Badge>
            <span className={styles.names}>{well.map(({ name }) => name).join(' · ')}</span>
          </li>
        )}
      </ul>
      {wrong.length > 0 && <CliLine words={['doctor']} />}
    </Section>
  )
}

/** The doctor says most. Without the scope for it, `/health` says what anybody may know. */
function useChecks(): Check[] | undefined {
  const mayAsk = useScopes().includes('operate')
  const doctor = useApi('GET /doctor', {}, { enabled: mayAsk, poll: POLL_MS })
  const health = useApi('GET /health', {}, { enabled: !mayAsk, poll: POLL_MS })
  if (mayAsk) return doctor.data?.checks
  const known = health.data && Object.entries(health.data.checks)
  return known?.map(([name, message]) => ({
    name,
    message,
    state: message === 'ok' ? 'ok' : 'failed',
    advice: null,
  }))
}
