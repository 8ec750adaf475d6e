import { Button, Group } from '@mantine/core'
import type { Schedule } from '@syncline/api'
import { countText } from '../parts/number-text.ts'
import type { Progress } from './bulk.ts'
import styles from './bulk-bar.module.css'
import { pathOf } from './command-lines.ts'

/** Refused schedules that are listed; the others are counted. */
const SHOWN = 100

interface Props {
  progress: Progress
  stopped: boolean
  rows: Schedule[]
  onAgain: (ids: string[]) => void
  onClose: () => void
}

/** What came of an action on many schedules: the refused ones by name, with why. */
export function BulkResult({
  progress: { done, accepted, refused, unknown },
  stopped,
  rows,
  onAgain,
  onClose,
}: Props) {
  const again = unknown.flatMap(({ ids }) => ids)
  const nameOf = (id: string) => {
    const row = rows.find((it) => it.id === id)
    return row ? `${pathOf(row)} on ${row.connection_id}` : id
  }
  return (
    <>
      <span>
        {stopped && 'Stopped. '}
        {countText(done)} done
        {accepted > 0 && `, ${countText(accepted)} accepted: the scheduler does them when it answers`}
        {refused.length > 0 && `, ${countText(refused.length)} refused`}.
      </span>
      {refused.length > 0 && (
        <ul className={styles.refused}>
          {refused.slice(0, SHOWN).map(({ id, message }) => (
            <li key={id} dir="auto">
              {nameOf(id)}
              <span>{message}</span>
            </li>
          ))}
          {refused.length > SHOWN && <li>and {countText(refused.length - SHOWN)} more</li>}
        </ul>
      )}
      {unknown.map(({ ids, message }) => (
        <span key={ids[0] ?? message} className={styles.bad}>
          {ids.length > 0 ? `Of ${countText(ids.length)} nobody knows: ` : ''}
          {message}
        </span>
      ))}
      <Group justify="flex-end" gap="xs">
        {again.length > 0 && (
          <Button variant="default" onClick={() => onAgain(again)}>
            Try those again
          </Button>
        )}
        <Button onClick={onClose} data-autofocus>
          Close
        </Button>
      </Group>
    </>
  )
}
