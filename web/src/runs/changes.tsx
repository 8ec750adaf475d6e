import { shortCountText } from '../parts/number-text.ts'
import styles from './run.module.css'
import { changesOf } from './run-words.ts'

/** How many records a run added, updated and deleted; nothing if it changed none. */
export function Changes({ result }: { result: Parameters<typeof changesOf>[0] }) {
  const { added, updated, deleted } = changesOf(result)
  if (added + updated + deleted === 0) return <span className={styles.quiet}>none</span>
  return (
    <span className={styles.changes} title={`${added} added, ${updated} updated, ${deleted} deleted`}>
      {added > 0 && <span data-change="added">+{shortCountText(added)}</span>}
      {updated > 0 && <span data-change="updated">~{shortCountText(updated)}</span>}
      {deleted > 0 && <span data-change="deleted">−{shortCountText(deleted)}</span>}
    </span>
  )
}
