import { SegmentedControl } from '@mantine/core'
import { useNow } from '../api/clock.ts'
import { useApi } from '../api/use-api.ts'
import { useFilters } from '../api/use-filters.ts'
import { ErrorBox } from '../parts/error-box.tsx'
import { Screen } from '../parts/screen.tsx'
import { Capacity } from './capacity.tsx'
import { Charts } from './charts.tsx'
import { FirstSteps } from './first-steps.tsx'
import { Health } from './health.tsx'
import { NewestErrors } from './newest-errors.tsx'
import styles from './now.module.css'
import { Outage } from './outage.tsx'
import { rangeOf, ranges } from './series.ts'
import { Totals } from './totals.tsx'
import { WhatIsWrong } from './what-is-wrong.tsx'

/** An environment at a glance: what is wrong first, then what it does. */
export function NowScreen() {
  const { data: counts, error } = useApi('GET /schedules/counts', {})
  const filters = useFilters(['range'])
  const range = rangeOf(filters.values.range)
  const now = useNow()
  if (counts?.total === 0) return <FirstSteps />
  return (
    <Screen
      title="Now"
      actions={
        <SegmentedControl
          aria-label="Time of the charts"
          value={range}
          onChange={(value) => filters.set({ range: value })}
          data={Object.entries(ranges).map(([value, { label }]) => ({ value, label }))}
        />
      }
    >
      {error && !counts && <ErrorBox error={error} what="The schedules could not be counted" />}
      {counts && (
        <>
          <Outage counts={counts} now={now} />
          <Totals counts={counts} />
          <WhatIsWrong counts={counts} />
        </>
      )}
      <Charts range={range} now={now} />
      <div className={styles.columns}>
        <NewestErrors />
        <Capacity />
      </div>
      <Health />
    </Screen>
  )
}
