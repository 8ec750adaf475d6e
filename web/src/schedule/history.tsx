import { SegmentedControl } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import type { ListedRun, Schedule, SkippedSlots } from '@syncline/api'
import { useState } from 'react'
import { useNow } from '../api/clock.ts'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { Empty } from '../parts/empty.tsx'
import { ErrorBox } from '../parts/error-box.tsx'
import { PathLink } from '../parts/path-link.tsx'
import { Section } from '../parts/screen.tsx'
import { pathOf } from '../syncs/command-lines.ts'
import { HistoryList } from './history-list.tsx'
import styles from './schedule.module.css'
import { historyOf, layOut, type Span, spanFor, spans } from './timeline.ts'
import { TimelineView } from './timeline-view.tsx'

/** As many as the scheduler keeps of a schedule. */
const RUNS = 50

/** Its runs and the slots that became none: on a line of time, and as a list. */
export function History({ schedule, skipped }: { schedule: Schedule; skipped: SkippedSlots[] | null }) {
  const { provider_config_key, connection_id, name: sync_name, variant } = schedule
  const owner = { provider_config_key, connection_id }
  const { data, error } = useApi('GET /runs', {
    query: { ...owner, sync_name, variant, limit: String(RUNS) },
  })
  if (error && !data) return <ErrorBox error={error} what="Its runs cannot be shown" />
  if (!data) return null
  const rows = historyOf(data.runs, skipped ?? [], data.next_cursor === null)
  return (
    <>
      <Timeline schedule={schedule} runs={data.runs} skipped={skipped ?? []} />
      <Section title="Runs and skipped slots" beside={<AllRuns schedule={schedule} />}>
        {rows.length === 0 ? (
          <Empty title="It has not run yet">
            <p>Its first run begins at its next slot. Run now begins it at once.</p>
          </Empty>
        ) : (
          <HistoryList rows={rows} />
        )}
      </Section>
    </>
  )
}

function Timeline({
  schedule,
  runs,
  skipped,
}: {
  schedule: Schedule
  runs: ListedRun[]
  skipped: SkippedSlots[]
}) {
  const now = useNow()
  const [chosen, setChosen] = useState<Span | null>(null)
  const { ref, width } = useElementSize()
  const span = chosen ?? spanFor(runs, now)
  const { ms } = spans[span]
  const { lastSuccessAt, freshUntil, stale } = schedule.freshness
  const line = layOut({
    ...{ runs, skipped, now, width, nextAt: schedule.nextScheduledSyncAt },
    ...{ from: now - ms, to: now + ms * 0.08 },
    fresh: lastSuccessAt && freshUntil ? { from: lastSuccessAt, to: freshUntil } : null,
    staleSince: stale?.since ?? null,
  })
  return (
    <Section
      title="Timeline"
      beside={
        <SegmentedControl
          aria-label="Length of the timeline"
          value={span}
          onChange={(value) => setChosen(value in spans ? (value as Span) : null)} // it is one of `data`
          data={Object.entries(spans).map(([value, { label }]) => ({ value, label }))}
        />
      }
    >
      <div ref={ref} className={styles.timeline}>
        {width > 0 && (
          <TimelineView
            line={line}
            width={width}
            label={`Runs of ${pathOf(schedule)} in the last ${spans[span].label}`}
          />
        )}
      </div>
    </Section>
  )
}

function AllRuns({ schedule }: { schedule: Schedule }) {
  const environment = useEnvironment()
  const { provider_config_key: integration, connection_id: connection, name: sync, variant } = schedule
  return (
    <PathLink href={paths.runs(environment, { integration, connection, sync, variant })}>all runs</PathLink>
  )
}
