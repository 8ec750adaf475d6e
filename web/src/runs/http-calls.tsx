import { Badge, type Tone } from '../parts/badge.tsx'
import { countText } from '../parts/number-text.ts'
import { Section } from '../parts/screen.tsx'
import { durationText } from '../parts/time-text.ts'
import { type Calls, callsByHost, type HostCalls } from './calls.ts'
import styles from './run.module.css'

/** Calls to external APIs by host, and of a host by status: how many, how long, and how long they waited. */
export function HttpCalls({
  attempts,
  isOver,
}: {
  attempts: readonly { calls: readonly Calls[] }[]
  isOver: boolean
}) {
  const hosts = callsByHost(attempts)
  const total = hosts.reduce((sum, { count }) => sum + count, 0)
  return (
    <Section title="HTTP calls" beside={total > 0 && countText(total)}>
      {hosts.length === 0 ? (
        <p className={styles.notes}>
          {isOver ? 'It made no call, or its calls are not known.' : 'Known when an attempt ends.'}
        </p>
      ) : (
        <div className={styles.scroll} tabIndex={0} role="region" aria-label="HTTP calls by host and status">
          <table className={styles.table}>
            <thead>
              <tr>
                <th>Host, status</th>
                <th data-number>Calls</th>
                <th data-number>Retries</th>
                <th data-number>Waited</th>
                <th data-number>Mean</th>
                <th data-number>Longest</th>
              </tr>
            </thead>
            <tbody>
              {hosts.map((host) => (
                <Host key={host.host} host={host} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  )
}

function Host({ host }: { host: HostCalls }) {
  return (
    <>
      <tr data-host>
        <td>{host.host}</td>
        <Numbers calls={host} />
      </tr>
      {host.statuses.map((calls) => (
        <tr key={String(calls.status)} data-inner>
          <td>
            <Badge tone={toneOf(calls.status)}>{calls.status ?? 'no answer'}</Badge>
          </td>
          <Numbers calls={calls} />
        </tr>
      ))}
    </>
  )
}

function Numbers({ calls }: { calls: Omit<Calls, 'host' | 'status'> }) {
  const { count, retries, wait_ms, total_ms, max_ms } = calls
  return (
    <>
      <td data-number>{countText(count)}</td>
      <td data-number>{retries === 0 ? '–' : countText(retries)}</td>
      <td data-number>{wait_ms === 0 ? '–' : durationText(wait_ms)}</td>
      <td data-number>{durationText(count === 0 ? 0 : total_ms / count)}</td>
      <td data-number>{durationText(max_ms)}</td>
    </>
  )
}

function toneOf(status: number | null): Tone {
  if (status === null || status >= 500) return 'bad'
  if (status >= 400) return 'warn'
  return status >= 300 ? 'info' : 'good'
}
