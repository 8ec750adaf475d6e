import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { CliLine } from '../parts/cli-line.tsx'
import { countText } from '../parts/number-text.ts'
import { PathLink } from '../parts/path-link.tsx'
import type { Counts } from './counts.ts'
import styles from './now.module.css'
import { type OutageReason, outageOf } from './outage-of.ts'
import { allFailed, boundsOf, ranges } from './series.ts'

const titles: Record<OutageReason, string> = {
  scheduler_down: 'No scheduler works',
  store_unavailable: 'Runs cannot reach the stores',
  no_runner: 'No runner has a free slot',
}
const next: Record<OutageReason, string> = {
  scheduler_down: 'No slot becomes a run until one works. Start a scheduler, or read its log.',
  store_unavailable: 'Runs go on by themselves when the stores answer again. See which one does not.',
  no_runner: 'Runs wait until a slot is free. Start more runners, or raise their RUNNER_SLOTS.',
}

/** A schedule is stale for the past absence of schedulers until its next run has succeeded. */
const LATE = 'A scheduler answers now: they go on with their next runs. If they do not, read its log.'

/** One banner for what stops everything, however many schedules it makes stale. */
export function Outage({ counts, now }: { counts: Counts; now: number }) {
  const environment = useEnvironment()
  const { data: stats } = useApi(
    'GET /stats',
    { query: { ...boundsOf('1h', now), step: ranges['1h'].step } },
    { keep: true, poll: 5000 },
  )
  const reason = outageOf(counts)
  const failed = stats ? allFailed(stats.points, now) : null
  if (reason) {
    const count = counts.reasons[reason] ?? 0
    const isOver = reason === 'scheduler_down' && !counts.unavailable.includes('scheduler')
    return (
      <div className={styles.outage} role="alert">
        <strong>{isOver ? 'Slots came while no scheduler worked' : titles[reason]}</strong>
        <p>
          {isOver ? LATE : next[reason]}{' '}
          <PathLink href={paths.syncs(environment, { reason })}>
            {countText(count)} of {countText(counts.total)} schedules are stale for this
          </PathLink>
          .
        </p>
        <CliLine words={[reason === 'no_runner' ? 'capacity' : 'doctor']} />
      </div>
    )
  }
  if (failed === null) return null
  return (
    <div className={styles.outage} role="alert">
      <strong>Nothing succeeds</strong>
      <p>
        All {countText(failed)} runs of the last 15 minutes failed.{' '}
        <PathLink href={paths.errors(environment)}>See their errors</PathLink>.
      </p>
    </div>
  )
}
