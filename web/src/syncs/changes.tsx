import type { ListedRun } from '@syncline/api'
import { countText } from '../parts/number-text.ts'
import styles from './changes.module.css'

/** What a run has changed, over all models. */
export function Changes({ result }: { result: ListedRun['result'] }) {
  const models = Object.entries(result)
  const sum = (name: 'added' | 'updated' | 'deleted') =>
    models.reduce((total, [, counts]) => total + counts[name], 0)
  const [added, updated, deleted] = [sum('added'), sum('updated'), sum('deleted')]
  const title = models
    .map(([model, it]) => `${model}: ${it.added} added, ${it.updated} updated, ${it.deleted} deleted`)
    .join('\n')
  if (added + updated + deleted === 0) return <span className={styles.none}>no change</span>
  return (
    <span className={styles.changes} title={title}>
      {added > 0 && <span className={styles.added}>+{countText(added)}</span>}
      {updated > 0 && <span className={styles.updated}>~{countText(updated)}</span>}
      {deleted > 0 && <span className={styles.deleted}>−{countText(deleted)}</span>}
      <span className={styles.words}>
        {added} added, {updated} updated, {deleted} deleted
      </span>
    </span>
  )
}
