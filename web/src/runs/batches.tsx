import type { RunAttempt } from '@syncline/api'
import { bytesText, countText } from '../parts/number-text.ts'
import { Section } from '../parts/screen.tsx'
import { durationText } from '../parts/time-text.ts'
import styles from './run.module.css'

type Batch = RunAttempt['batches'][number]

/** What was sent to the record store, by model. */
export function Batches({ attempts }: { attempts: readonly RunAttempt[] }) {
  const batches = byModel(attempts.flatMap(({ batches }) => batches))
  if (batches.length === 0) return null
  return (
    <Section title="Batches">
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="Batches by model">
        <table className={styles.table}>
          <thead>
            <tr>
              <th>Model</th>
              <th data-number>Batches</th>
              <th data-number>Records</th>
              <th data-number>Size</th>
              <th data-number>Mean time</th>
            </tr>
          </thead>
          <tbody>
            {batches.map(({ model, calls, records, bytes, ms }) => (
              <tr key={model}>
                <td>{model}</td>
                <td data-number>{countText(calls)}</td>
                <td data-number>{countText(records)}</td>
                <td data-number>{bytesText(bytes)}</td>
                <td data-number>{durationText(calls === 0 ? 0 : ms / calls)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}

function byModel(batches: Batch[]): Batch[] {
  const models = new Map<string, Batch>()
  for (const batch of batches) {
    const before = models.get(batch.model)
    models.set(batch.model, {
      model: batch.model,
      calls: batch.calls + (before?.calls ?? 0),
      records: batch.records + (before?.records ?? 0),
      bytes: batch.bytes + (before?.bytes ?? 0),
      ms: batch.ms + (before?.ms ?? 0),
    })
  }
  return [...models.values()].sort((a, b) => b.records - a.records)
}
