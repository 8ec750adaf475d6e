import { useAwaySince } from '../api/connection.ts'
import styles from './away-banner.module.css'

/** The screens keep what they have, and go on by themselves. */
export function AwayBanner() {
  const since = useAwaySince()
  if (since === undefined) return null
  return (
    <div className={styles.banner} role="alert">
      <strong>Syncline does not answer.</strong> What you see is from before {clock(since)}. It goes on by
      itself when the API is back.
    </div>
  )
}

const clock = (at: number) => new Date(at).toLocaleTimeString('en-GB')
