import type { RunAttempt } from '@syncline/api'
import { Diff } from '../parts/diff.tsx'
import { Section } from '../parts/screen.tsx'
import styles from './run.module.css'

/** The checkpoint before the first attempt and after the last one. */
export function CheckpointChange({ attempts }: { attempts: readonly RunAttempt[] }) {
  const known = attempts.flatMap(({ checkpoint }) => checkpoint ?? [])
  const before = known[0]?.before ?? null
  const after = known.at(-1)?.after ?? null
  if (known.length === 0) return null
  const isSame = JSON.stringify(before) === JSON.stringify(after)
  return (
    <Section title="Checkpoint" beside="before → after">
      {isSame ? (
        <p className={styles.notes}>
          {after === null ? 'The function keeps no checkpoint.' : 'The run did not change it.'}
        </p>
      ) : (
        <Diff before={before ?? {}} after={after ?? {}} />
      )}
    </Section>
  )
}
