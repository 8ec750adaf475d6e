import { UnstyledButton } from '@mantine/core'
import type { Schedule } from '@syncline/api'
import { cutText } from '../parts/cut-text.ts'
import type { Column } from '../parts/data-table.tsx'
import { countText } from '../parts/number-text.ts'
import { OutcomeBadge } from '../parts/outcome-badge.tsx'
import { ReasonBadge } from '../parts/reason-badge.tsx'
import { Time, TimeLeft } from '../parts/time.tsx'
import { activityOf, recordsOf } from './activity.ts'
import { ActivityBadge } from './activity-badge.tsx'
import { ActivitySparkline } from './activity-days.tsx'
import styles from './columns.module.css'
import { fullName } from './command-lines.ts'
import { ScheduleLink } from './schedule-link.tsx'

/** A click on a tag filters by it. */
export function columnsOf(onTag: (name: string, value: string) => void): Column<Schedule>[] {
  return [
    { id: 'sync', title: 'Sync', width: 'minmax(136px, 1.2fr)', sort: 'place', cell: sync },
    {
      id: 'connection',
      title: 'Connection',
      width: 'minmax(120px, 1.5fr)',
      cell: (it) => <Connection schedule={it} onTag={onTag} />,
    },
    { id: 'state', title: 'State', width: '82px', cell: state },
    {
      id: 'freshness',
      title: 'Freshness',
      width: 'minmax(158px, 0.4fr)',
      sort: 'stale_since',
      cell: freshness,
    },
    {
      id: 'success',
      title: 'Last success',
      width: '98px',
      sort: 'last_success',
      cell: ({ freshness }) => <Time at={freshness.lastSuccessAt} />,
    },
    { id: 'run', title: 'Last run', width: '84px', sort: 'last_run', cell: lastRun },
    {
      id: 'next',
      title: 'Next slot',
      width: '76px',
      sort: 'next_run',
      cell: ({ nextScheduledSyncAt }) => <Time at={nextScheduledSyncAt} />,
    },
    {
      id: 'failures',
      title: 'Failed',
      width: '58px',
      align: 'end',
      sort: 'failures',
      cell: ({ failures }) => <Count count={failures} />,
    },
    {
      id: 'skipped',
      title: 'Skipped',
      width: '66px',
      align: 'end',
      cell: ({ skippedSlots }) => <Count count={skippedSlots} />,
    },
    {
      id: 'records',
      title: 'Records',
      width: '66px',
      align: 'end',
      cell: (it) => <Count count={recordsOf(it)} />,
    },
    { id: 'changes', title: '14 days', width: '72px', cell: ({ id }) => <ActivitySparkline id={id} /> },
  ]
}

function sync(schedule: Schedule) {
  return (
    <span
      className={styles.sync}
      title={`${schedule.provider_config_key}/${fullName(schedule)}${schedule.version ? ` ${schedule.version}` : ''}`}
    >
      <span className={styles.integration}>{schedule.provider_config_key}/</span>
      <ScheduleLink place={schedule} />
    </span>
  )
}

function Connection({
  schedule,
  onTag,
}: {
  schedule: Schedule
  onTag: (name: string, value: string) => void
}) {
  const tags = Object.entries(schedule.tags)
  return (
    <span
      className={styles.connection}
      title={[schedule.connection_id, ...tags.map((tag) => tag.join('='))].join('\n')}
    >
      <span className={styles.id}>{schedule.connection_id}</span>
      {tags.length > 0 && (
        <span className={styles.tags}>
          {tags.map(([name, value]) => (
            <UnstyledButton
              key={name}
              className={styles.tag}
              aria-label={`Only ${name}=${value}`}
              tabIndex={-1}
              onClick={() => onTag(name, value)}
            >
              {value}
            </UnstyledButton>
          ))}
        </span>
      )}
    </span>
  )
}

function lastRun({ lastRun }: Schedule) {
  return <Time at={lastRun?.finishedAt ?? lastRun?.startedAt ?? lastRun?.requestedAt} />
}

/** What it does now; while it waits for its slot, how its last run ended. */
function state(schedule: Schedule) {
  const { lastRun } = schedule
  if (activityOf(schedule) !== 'waiting') return <ActivityBadge schedule={schedule} />
  if (lastRun === null) return <span className={styles.quiet}>not run yet</span>
  // Most of a fleet: quiet, so that the others are seen.
  if (lastRun.reason === null) return <span className={styles.quiet}>success</span>
  return <OutcomeBadge outcome={lastRun.reason} title={cutText(lastRun.error ?? '')} />
}

function freshness({ freshness: { stale, freshUntil } }: Schedule) {
  if (stale)
    return (
      <span className={styles.fresh} title={cutText(stale.message)}>
        <ReasonBadge reason={stale.reason} />
        <span className={styles.quiet}>
          <Time at={stale.since} />
        </span>
      </span>
    )
  return (
    <span className={styles.quiet}>
      fresh
      {freshUntil && (
        <>
          {' '}
          for <TimeLeft until={freshUntil} />
        </>
      )}
    </span>
  )
}

function Count({ count }: { count: number | null }) {
  if (count === null) return '–'
  return count === 0 ? <span className={styles.quiet}>0</span> : countText(count)
}
