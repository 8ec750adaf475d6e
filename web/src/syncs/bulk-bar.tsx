import { Button } from '@mantine/core'
import type { Schedule } from '@syncline/api'
import { useState } from 'react'
import { ActionButton } from '../parts/action-button.tsx'
import { countText } from '../parts/number-text.ts'
import { type BulkAction, bulkActions, type Target } from './bulk-actions.ts'
import styles from './bulk-bar.module.css'
import { BulkDialog } from './bulk-dialog.tsx'
import type { SchedulesFilter } from './syncs-filter.ts'

interface Props {
  filter: SchedulesFilter
  target: Target
  /** How many match the filter. */
  total: number
  rows: Schedule[]
  onAll: () => void
  onClear: () => void
}

/** What is selected, and what can be done with it. */
export function BulkBar({ filter, target, total, rows, onAll, onClear }: Props) {
  // The dialog keeps what was selected when it was opened.
  const [open, setOpen] = useState<{ action: BulkAction; target: Target } | null>(null)
  const count = target.kind === 'all' ? target.count : target.ids.length
  return (
    <section className={styles.bar} aria-label="Selected schedules">
      <b>
        {target.kind === 'all' ? 'All ' : ''}
        {countText(count)} selected
      </b>
      {target.kind === 'some' && count < total && (
        <Button variant="subtle" size="compact-xs" onClick={onAll}>
          Select all {countText(total)} that match
        </Button>
      )}
      <span className={styles.actions}>
        {bulkActions.map(({ action, title }) => (
          <ActionButton key={action} scope="operate" onClick={() => setOpen({ action, target })}>
            {title}
          </ActionButton>
        ))}
        <Button variant="subtle" color="gray" onClick={onClear}>
          Clear
        </Button>
      </span>
      {open && <BulkDialog {...open} filter={filter} rows={rows} onClose={() => setOpen(null)} />}
    </section>
  )
}
