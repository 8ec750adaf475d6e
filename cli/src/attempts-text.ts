import type { RunAttempt } from '@syncline/sdk'
import { facts } from './facts.ts'
import { table } from './table.ts'

/** What the attempts of a run did, one after the other. */
export function attemptsText(attempts: readonly RunAttempt[]): string {
  return attempts.map(attemptText).join('\n\n')
}

function attemptText(it: RunAttempt): string {
  const { phases, calls, batches, checkpoint, position } = it
  const parts = [
    ...(['queued', 'begin', 'function', 'saves', 'settle'] as const).map(
      (name) => `${name} ${seconds(phases[`${name}_ms`])}`,
    ),
  ]
  const blocks = [
    facts([
      [`attempt ${it.attempt}`, it.outcome ?? 'goes on'],
      ['runner', it.sandbox === null ? it.runner : `${it.runner}, sandbox ${it.sandbox}`],
      ['version', it.version],
      ['began', it.started_at],
      ['took', it.ended_at && parts.join(', ')],
      [
        'checkpoint',
        checkpoint && `${JSON.stringify(checkpoint.before)} → ${JSON.stringify(checkpoint.after)}`,
      ],
      ['thrown at', position && `${position.file}:${position.line}:${position.column}`],
    ]),
  ]
  if (position && position.source.length > 0) {
    const width = String(position.source.at(-1)?.line).length
    const lines = position.source.map(
      ({ line, text }) => `${line === position.line ? '>' : ' '} ${String(line).padStart(width)}  ${text}`,
    )
    blocks.push(lines.join('\n'))
  }
  if (calls.length > 0) {
    const rows = calls.map(({ host, status, count, retries, wait_ms, total_ms, max_ms }) => ({
      ...{ host, status: status ?? 'no answer', calls: count, retries },
      ...{ waited: seconds(wait_ms), took: seconds(total_ms), slowest: seconds(max_ms) },
    }))
    blocks.push(table(['host', 'status', 'calls', 'retries', 'waited', 'took', 'slowest'], rows))
  }
  if (batches.length > 0) {
    const rows = batches.map(({ ms, ...batch }) => ({ ...batch, took: seconds(ms) }))
    blocks.push(table(['model', 'calls', 'records', 'bytes', 'took'], rows))
  }
  return blocks.join('\n\n')
}

const seconds = (ms: number) => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`)
