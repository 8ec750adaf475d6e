import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { Badge } from '../parts/badge.tsx'
import { countOf, countText } from '../parts/number-text.ts'
import { PathLink } from '../parts/path-link.tsx'
import { ReasonBadge, reasonWords } from '../parts/reason-badge.tsx'
import { Section } from '../parts/screen.tsx'
import { reasonMeanings, reasonNames } from '../syncs/reasons.ts'
import type { Counts } from './counts.ts'
import styles from './now.module.css'
import { outageOf } from './outage-of.ts'

/** Stale schedules by their reason, each row a link to them. What one outage explains is told by its banner. */
export function WhatIsWrong({ counts }: { counts: Counts }) {
  const environment = useEnvironment()
  const outage = outageOf(counts)
  const rows = reasonNames
    .map((reason) => ({ reason, count: counts.reasons[reason] ?? 0 }))
    .filter(({ reason, count }) => count > 0 && reason !== outage)
  const isCalm = counts.stale === 0 && (counts.failing ?? 0) === 0
  const most = Math.max(...rows.map(({ count }) => count))
  return (
    <Section title="What is wrong">
      {rows.length === 0 ? (
        <p className={styles.calm}>
          <Badge tone={isCalm ? 'good' : 'quiet'}>{counts.stale === 0 ? 'all fresh' : 'nothing else'}</Badge>{' '}
          {counts.stale > 0
            ? 'The outage explains every stale schedule.'
            : 'The records of every schedule are as new as they are meant to be.'}
          {!isCalm && counts.stale === 0 && (
            <>
              {' '}
              <PathLink href={paths.syncs(environment, { failing: 'yes', sort: 'failures' })}>
                The last run of {countOf(counts.failing ?? 0, 'schedule')} failed
              </PathLink>
              : stale, if that goes on.
            </>
          )}
        </p>
      ) : (
        <ul className={styles.wrong}>
          {rows.map(({ reason, count }) => (
            <li key={reason}>
              <PathLink href={paths.syncs(environment, { reason, sort: 'stale_since' })}>
                <b className={styles.count}>{countText(count)}</b>
                <ReasonBadge reason={reason} />
                <span className={styles.meaning}>{reasonMeanings[reason]}</span>
                <span className={styles.bar} aria-hidden="true">
                  <i data-tone={reasonWords[reason][1]} style={{ width: `${(count / most) * 100}%` }} />
                </span>
              </PathLink>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
