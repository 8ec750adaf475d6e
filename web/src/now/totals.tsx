import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { countText } from '../parts/number-text.ts'
import { PathLink } from '../parts/path-link.tsx'
import type { Counts } from './counts.ts'
import styles from './now.module.css'

/** How many schedules there are, and what they do. Each number leads to them. */
export function Totals({ counts }: { counts: Counts }) {
  const environment = useEnvironment()
  const rows: [label: string, count: number | null, search: Record<string, string>, tone?: string][] = [
    ['schedules', counts.total, {}],
    ['fresh', counts.fresh, {}, 'good'],
    ['stale', counts.stale, { stale: 'yes', sort: 'stale_since' }, counts.stale > 0 ? 'bad' : undefined],
    [
      'failing',
      counts.failing,
      { failing: 'yes', sort: 'failures' },
      (counts.failing ?? 0) > 0 ? 'bad' : undefined,
    ],
    ['running', counts.running, { state: 'running' }],
    ['waiting', counts.queued, { state: 'queued' }],
    ['paused', counts.paused, { state: 'paused' }],
  ]
  return (
    <ul className={styles.totals} aria-label="Schedules">
      {rows.map(([label, count, search, tone]) => (
        <li key={label}>
          <PathLink href={paths.syncs(environment, search)} data-tone={tone}>
            <b>{count === null ? '–' : countText(count)}</b>
            <span>{label}</span>
          </PathLink>
        </li>
      ))}
    </ul>
  )
}
