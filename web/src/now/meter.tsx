import { countText } from '../parts/number-text.ts'
import styles from './now.module.css'

/** How much of a limit is used. Without a limit it is only a number. */
export function Meter({ value, max }: { value: number; max: number | null }) {
  const share = max === null || max === 0 ? 0 : Math.min(value / max, 1)
  return (
    <span className={styles.meter}>
      <span className={max === null ? undefined : styles.bar} aria-hidden="true">
        {max !== null && <i data-tone={share >= 1 ? 'warn' : 'info'} style={{ width: `${share * 100}%` }} />}
      </span>
      <span>
        {countText(value)}
        <span className={styles.of}>{max === null ? ' running' : ` of ${countText(max)}`}</span>
      </span>
    </span>
  )
}
