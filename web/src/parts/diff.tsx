import { Switch } from '@mantine/core'
import { useState } from 'react'
import styles from './diff.module.css'
import { type DiffRow, diffRows, MAX_ROWS } from './diff-rows.ts'

const MAX_CHARS = 600
const marks: Record<DiffRow['change'], string> = { added: '+', removed: '−', changed: '~', same: '' }

/** Two values, field by field: what is new, gone and changed. */
export function Diff({ before, after }: { before: unknown; after: unknown }) {
  const [all, setAll] = useState(false)
  const rows = diffRows(before, after)
  const shown = all ? rows : rows.filter(({ change }) => change !== 'same')
  return (
    <div className={styles.diff}>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="Changed fields">
        <table className={styles.table}>
          <thead>
            <tr>
              <th>Field</th>
              <th>Before</th>
              <th>After</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.path} data-change={row.change}>
                <th scope="row" dir="auto">
                  <span className={styles.mark} title={row.change}>
                    {marks[row.change]}
                  </span>
                  {row.path || 'value'}
                </th>
                <td dir="auto">{'before' in row ? <Value value={row.before} /> : ''}</td>
                <td dir="auto">{'after' in row ? <Value value={row.after} /> : ''}</td>
              </tr>
            ))}
            {shown.length === 0 && (
              <tr>
                <td colSpan={3}>No field changed.</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      {rows.length >= MAX_ROWS && <p>Only the first {MAX_ROWS} fields were compared.</p>}
      {shown.length < rows.length || all ? (
        <Switch
          size="xs"
          label={`Show the ${rows.filter(({ change }) => change === 'same').length} fields that did not change`}
          checked={all}
          onChange={(event) => setAll(event.currentTarget.checked)}
        />
      ) : null}
    </div>
  )
}

function Value({ value }: { value: unknown }) {
  const [all, setAll] = useState(false)
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  if (text.length <= MAX_CHARS) return text
  return (
    <>
      {all ? text : `${text.slice(0, MAX_CHARS)}…`}{' '}
      <button type="button" className={styles.more} onClick={() => setAll(!all)}>
        {all ? 'show less' : 'show all'}
      </button>
    </>
  )
}
