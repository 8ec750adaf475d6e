import { useParams } from '@tanstack/react-router'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { ErrorBox } from '../parts/error-box.tsx'
import { PathLink } from '../parts/path-link.tsx'
import { Screen } from '../parts/screen.tsx'
import { syncOf } from '../syncs/activity.ts'
import { ScheduleActions } from './actions.tsx'
import { Checkpoint } from './checkpoint.tsx'
import { ConnectionFacts } from './connection-facts.tsx'
import { HeldDeletions } from './held-deletions.tsx'
import { History } from './history.tsx'
import { ReasonPanel } from './reason-panel.tsx'
import styles from './schedule.module.css'
import { ScheduleFacts } from './schedule-facts.tsx'
import { Streams } from './streams.tsx'
import { Variants } from './variants.tsx'

/** One schedule: how it is, why, what to do, and what happened. */
export function ScheduleScreen() {
  const { integration = '', connection = '', sync = '' } = useParams({ strict: false })
  const { name, variant } = syncOf(sync)
  const owner = { provider_config_key: integration, connection_id: connection }
  const place = { ...owner, name, variant }
  const { data, error } = useApi('GET /why', { query: { ...owner, sync_name: name, variant } })
  const schedule = data?.schedule
  return (
    <Screen
      title={sync}
      above={<Above integration={integration} connection={connection} />}
      actions={schedule && <ScheduleActions schedule={schedule} />}
    >
      {error && !data && <ErrorBox error={error} what="This schedule cannot be shown" />}
      {schedule && (
        <>
          <ReasonPanel schedule={schedule} />
          <HeldDeletions place={place} models={Object.keys(schedule.recordCount ?? {})} />
          <ScheduleFacts schedule={schedule} />
          <div className={styles.columns}>
            <div className={styles.main}>
              <History key={schedule.id} schedule={schedule} skipped={data.skipped} />
            </div>
            <div className={styles.side}>
              <Streams schedule={schedule} />
              <Checkpoint schedule={schedule} />
              <Variants place={place} />
              <ConnectionFacts place={place} />
            </div>
          </div>
        </>
      )}
    </Screen>
  )
}

function Above({ integration, connection }: { integration: string; connection: string }) {
  const environment = useEnvironment()
  return (
    <nav aria-label="Where this belongs" className={styles.path}>
      <PathLink href={paths.syncs(environment)}>Syncs</PathLink>
      <span aria-hidden="true">/</span>
      <PathLink href={paths.syncs(environment, { integration })} dir="auto">
        {integration}
      </PathLink>
      <span aria-hidden="true">/</span>
      <PathLink href={paths.syncs(environment, { integration, connection })} dir="auto">
        {connection}
      </PathLink>
    </nav>
  )
}
