import { UnstyledButton } from '@mantine/core'
import type { Schedule } from '@syncline/api'
import { useState } from 'react'
import { useScopes } from '../api/session.ts'
import { countText } from '../parts/number-text.ts'
import { ReasonBadge } from '../parts/reason-badge.tsx'
import { Facts } from '../parts/screen.tsx'
import { Time, TimeLeft } from '../parts/time.tsx'
import { recordsOf } from '../syncs/activity.ts'
import { ActivityBadge } from '../syncs/activity-badge.tsx'
import { FrequencyForm } from './frequency-form.tsx'
import styles from './schedule.module.css'

/** What is known of a schedule, in one line on a wide screen. */
export function ScheduleFacts({ schedule }: { schedule: Schedule }) {
  const { freshness, failures, skippedSlots, version, tags, nextScheduledSyncAt } = schedule
  const records = recordsOf(schedule)
  const tagList = Object.entries(tags)
  return (
    <Facts
      rows={[
        ['State', <ActivityBadge key="state" schedule={schedule} />],
        ['Freshness', <Freshness key="freshness" freshness={freshness} />],
        ['Last success', <Time key="success" at={freshness.lastSuccessAt} none="none yet" />],
        [
          'Next slot',
          <Time
            key="next"
            at={nextScheduledSyncAt}
            none={schedule.status === 'PAUSED' ? 'none: paused' : '–'}
          />,
        ],
        ['Frequency', <Frequency key="frequency" schedule={schedule} />],
        ['Records', records === null ? 'not known now' : countText(records)],
        ['Failed in a row', failures === null ? '–' : countText(failures)],
        ['Skipped slots', skippedSlots === null ? '–' : countText(skippedSlots)],
        ['Version', version ?? '–'],
        ...(tagList.length > 0
          ? [
              ['Tags', tagList.map(([name, value]) => `${name}=${value}`).join(', ')] satisfies [
                string,
                string,
              ],
            ]
          : []),
      ]}
    />
  )
}

function Freshness({ freshness }: { freshness: Schedule['freshness'] }) {
  if (freshness.stale) return <ReasonBadge reason={freshness.stale.reason} title={freshness.stale.message} />
  return (
    <>
      <ReasonBadge reason={null} />{' '}
      {freshness.freshUntil && (
        <span className={styles.quiet}>
          for <TimeLeft until={freshness.freshUntil} />
        </span>
      )}
    </>
  )
}

function Frequency({ schedule }: { schedule: Schedule }) {
  const [isOpen, setOpen] = useState(false)
  const mayChange = useScopes().includes('operate')
  return (
    <>
      {schedule.frequency ?? '–'}{' '}
      {mayChange && (
        <UnstyledButton className={styles.change} onClick={() => setOpen(true)}>
          change
        </UnstyledButton>
      )}
      {isOpen && <FrequencyForm schedule={schedule} onClose={() => setOpen(false)} />}
    </>
  )
}
