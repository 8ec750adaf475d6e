import { useNavigate } from '@tanstack/react-router'
import { useEnvironment } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { Chart } from '../parts/chart.tsx'
import { ErrorBox } from '../parts/error-box.tsx'
import { countText, shortCountText } from '../parts/number-text.ts'
import { Section } from '../parts/screen.tsx'
import { roughText } from '../parts/time-text.ts'
import styles from './now.module.css'
import { boundsOf, type Range, ranges, seriesOf } from './series.ts'

const POLL_MS = 5000

/** Runs, how long they waited, and what they changed, over time. Dragging over a stretch leads to its runs. */
export function Charts({ range, now }: { range: Range; now: number }) {
  const environment = useEnvironment()
  const navigate = useNavigate()
  const { step, label } = ranges[range]
  const { data, error } = useApi(
    'GET /stats',
    { query: { ...boundsOf(range, now), step } },
    { keep: true, poll: range === '1h' ? POLL_MS : 2 * POLL_MS },
  )
  if (error && !data) return <ErrorBox error={error} what="The charts cannot be shown" />
  if (!data) return <div className={styles.charts} style={{ minHeight: 230 }} />
  const { times, runs, records, wait, totals } = seriesOf(data.points, data.step_seconds)
  const onSelect = (from: number, to: number) => {
    const search = { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
    void navigate({ to: '/ui/$environment/runs', params: { environment }, search })
  }
  return (
    <div className={styles.charts}>
      <Section
        title="Runs per minute"
        beside={`${countText(totals.runs)} in ${label}, ${countText(totals.failed)} failed`}
      >
        <Chart
          label={`Runs per minute in the last ${label}`}
          kind="bars"
          times={times}
          text={rate}
          onSelect={onSelect}
          series={[
            { name: 'success', color: '--good', values: runs.success },
            { name: 'failed', color: '--bad', values: runs.failed },
            { name: 'cancelled', color: '--muted', values: runs.cancelled },
          ]}
        />
      </Section>
      <Section title="Wait for a runner" beside="from when a run was asked for">
        <Chart
          label={`How long runs waited in the last ${label}`}
          times={times}
          text={roughText}
          onSelect={onSelect}
          series={[
            { name: 'half of the runs', color: '--info', values: wait.p50 },
            { name: '99 of 100', color: '--warn', values: wait.p99 },
          ]}
        />
      </Section>
      <Section title="Records per minute" beside={`${countText(totals.changes)} changes in ${label}`}>
        <Chart
          label={`Changes of records per minute in the last ${label}`}
          kind="bars"
          times={times}
          text={rate}
          onSelect={onSelect}
          series={[
            { name: 'added', color: '--good', values: records.added },
            { name: 'updated', color: '--info', values: records.updated },
            { name: 'deleted', color: '--bad', values: records.deleted },
          ]}
        />
      </Section>
    </div>
  )
}

const rate = (value: number) =>
  value > 0 && value < 10 ? value.toFixed(1).replace(/\.0$/, '') : shortCountText(value)
