import { UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { Badge } from '../parts/badge.tsx'
import { cutText } from '../parts/cut-text.ts'
import { OutcomeBadge } from '../parts/outcome-badge.tsx'
import { PathLink } from '../parts/path-link.tsx'
import { ReasonBadge } from '../parts/reason-badge.tsx'
import { Duration, Time } from '../parts/time.tsx'
import { Changes } from '../syncs/changes.tsx'
import styles from './history.module.css'
import { outcomeOf } from './outcome.ts'
import type { HistoryRow } from './timeline.ts'

const FIRST_ROWS = 15

/** Runs and skipped slots, newest first. */
export function HistoryList({ rows }: { rows: HistoryRow[] }) {
  const [all, setAll] = useState(false)
  const shown = all ? rows : rows.slice(0, FIRST_ROWS)
  return (
    <div className={styles.box}>
      <ol className={styles.list}>
        {shown.map((row) => (
          <li key={row.kind === 'run' ? row.run.id : row.slots.first} className={styles.row}>
            {row.kind === 'run' ? <RunRow row={row} /> : <SkippedRow row={row} />}
          </li>
        ))}
      </ol>
      {rows.length > FIRST_ROWS && (
        <UnstyledButton className={styles.more} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${rows.length}`}
        </UnstyledButton>
      )}
    </div>
  )
}

function RunRow({ row: { run } }: { row: Extract<HistoryRow, { kind: 'run' }> }) {
  const environment = useEnvironment()
  const text =
    run.error ?? run.warning ?? run.parked ?? (run.state === 'queued' ? run.throttled?.reason : null)
  const message = text ? cutText(text) : undefined
  return (
    <>
      <PathLink href={paths.run(environment, run.id)} className={styles.time}>
        <Time at={run.finishedAt ?? run.startedAt ?? run.requestedAt} />
      </PathLink>
      <span>
        <OutcomeBadge outcome={outcomeOf(run)} />
      </span>
      <span className={styles.cause}>
        {run.cause}
        {run.attempt > 1 && `, attempt ${run.attempt}`}
      </span>
      <span className={styles.duration}>
        <Duration from={run.startedAt} to={run.finishedAt} />
      </span>
      <span className={styles.changes}>
        <Changes result={run.result} />
      </span>
      <span className={styles.message} dir="auto" title={message}>
        {message}
      </span>
    </>
  )
}

function SkippedRow({ row: { slots } }: { row: Extract<HistoryRow, { kind: 'skipped' }> }) {
  return (
    <>
      <span className={styles.time}>
        <Time at={slots.last} />
      </span>
      <span>
        <Badge>{slots.count === 1 ? 'slot skipped' : `${slots.count} slots skipped`}</Badge>
      </span>
      <span className={styles.skipped}>
        <ReasonBadge reason={slots.reason} />
        {slots.count > 1 && (
          <span className={styles.cause}>
            since <Time at={slots.first} />
          </span>
        )}
      </span>
    </>
  )
}
