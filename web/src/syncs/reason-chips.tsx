import { UnstyledButton } from '@mantine/core'
import { useApi } from '../api/use-api.ts'
import type { Filters } from '../api/use-filters.ts'
import { countText } from '../parts/number-text.ts'
import { reasonWords } from '../parts/reason-badge.tsx'
import styles from './reason-chips.module.css'
import { reasonMeanings, reasonNames } from './reasons.ts'
import { filterOf, type names, reasonsOf, withReason } from './syncs-filter.ts'

/** Counts first: how many are stale, and for which reasons. A click filters by it, a second one ends that. */
export function ReasonChips({ filters }: { filters: Filters<(typeof names)[number]> }) {
  const search = filters.values
  // The reasons among what the other filters leave.
  const { data: counts } = useApi(
    'GET /schedules/counts',
    { query: filterOf({ ...search, ...any }) },
    { keep: true },
  )
  if (!counts) return <div className={styles.chips} />
  const chosen = reasonsOf(search)
  const shown = reasonNames.filter((reason) => (counts.reasons[reason] ?? 0) > 0 || chosen.includes(reason))
  const isAll = chosen.length === 0 && search.stale === '' && search.failing === ''
  return (
    <fieldset className={styles.chips} aria-label="Freshness">
      <Chip isOn={isAll} count={counts.total} onClick={() => filters.set(any)}>
        all
      </Chip>
      <Chip
        isOn={search.stale === 'yes'}
        count={counts.stale}
        onClick={() => filters.set({ ...any, stale: search.stale ? '' : 'yes' })}
      >
        stale
      </Chip>
      {(counts.failing ?? 0) > 0 || search.failing ? (
        <Chip
          isOn={search.failing === 'yes'}
          count={counts.failing ?? 0}
          tone="bad"
          title="the last run failed, whether the records are stale for it yet or not"
          onClick={() => filters.set({ ...any, failing: search.failing ? '' : 'yes' })}
        >
          last run failed
        </Chip>
      ) : null}
      {shown.map((reason) => (
        <Chip
          key={reason}
          isOn={chosen.includes(reason)}
          count={counts.reasons[reason] ?? 0}
          tone={reasonWords[reason][1]}
          title={reasonMeanings[reason]}
          onClick={() => filters.set({ ...any, ...withReason(search, reason) })}
        >
          {reasonWords[reason][0]}
        </Chip>
      ))}
    </fieldset>
  )
}

const any = { reason: '', stale: '', failing: '' }

function Chip(props: {
  isOn: boolean
  count: number
  tone?: string
  title?: string
  onClick: () => void
  children: string
}) {
  return (
    <UnstyledButton
      className={styles.chip}
      aria-pressed={props.isOn}
      data-tone={props.tone}
      title={props.title}
      onClick={props.onClick}
    >
      {props.children} <b>{countText(props.count)}</b>
    </UnstyledButton>
  )
}
