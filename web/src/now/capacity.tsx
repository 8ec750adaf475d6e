import type { Capacity as CapacityAnswer } from '@syncline/api'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { ErrorBox } from '../parts/error-box.tsx'
import { countOf, countText } from '../parts/number-text.ts'
import { PathLink } from '../parts/path-link.tsx'
import { Section } from '../parts/screen.tsx'
import { Meter } from './meter.tsx'
import styles from './now.module.css'

type Limit = CapacityAnswer['environment']

const SHOWN = 8

/** What runs and waits under each limit, and the runners with their slots. */
export function Capacity() {
  const environment = useEnvironment()
  const { data, error } = useApi('GET /capacity', {})
  if (error && !data) return <ErrorBox error={error} what="The runners cannot be shown" />
  if (!data) return null
  const { runners, waiting } = data
  const slots = runners.reduce((sum, { slots }) => sum + slots, 0)
  const busy = runners.reduce((sum, it) => sum + it.busy, 0)
  // Those that wait first, then those that run most.
  const limits = [...data.integrations, ...data.syncs]
    .filter(({ running, waiting, max_runs }) => running > 0 || waiting > 0 || max_runs !== null)
    .toSorted((a, b) => b.waiting - a.waiting || b.running - a.running)
    .slice(0, SHOWN)
  return (
    <Section
      title="Runs in flight"
      beside={<PathLink href={paths.runs(environment, { state: 'queued,running' })}>these runs</PathLink>}
    >
      <ul className={styles.list}>
        <LimitRow name="environment" limit={data.environment} />
        {limits.map((limit) => (
          <LimitRow key={limit.name} name={limit.name} limit={limit} />
        ))}
        <WaitingRow waiting={waiting} />
        {runners.length === 0 ? (
          <li className={styles.limit}>
            <span>No runner is there: no run begins.</span>
          </li>
        ) : (
          <li className={styles.limit}>
            <span className={styles.name}>{countOf(runners.length, 'runner')}</span>
            <Meter value={busy} max={slots} />
            <span className={styles.when}>{countOf(Math.max(slots - busy, 0), 'free slot')}</span>
          </li>
        )}
      </ul>
    </Section>
  )
}

const lanes = [
  ['triggered', 'somebody asked for them'],
  ['first', 'their schedules never succeeded'],
  ['fresh', 'all others'],
] as const

/** Waiting runs by the lane of the queue that they are in. */
function WaitingRow({ waiting: { lanes: counts } }: Pick<CapacityAnswer, 'waiting'>) {
  return (
    <li className={styles.lanes}>
      <span>waiting by lane</span>
      {lanes.map(([lane, meaning]) => (
        <span
          key={lane}
          className={styles.lane}
          title={meaning}
          data-tone={counts[lane] > 0 ? 'warn' : undefined}
        >
          <b>{countText(counts[lane])}</b> {lane}
        </span>
      ))}
    </li>
  )
}

function LimitRow({ name, limit: { running, waiting, max_runs } }: { name: string; limit: Limit }) {
  return (
    <li className={styles.limit}>
      <span className={styles.name} dir="auto" title={name}>
        {name}
      </span>
      <Meter value={running} max={max_runs} />
      <span className={styles.when} data-tone={waiting > 0 ? 'warn' : undefined}>
        {countText(waiting)} waiting
      </span>
    </li>
  )
}
