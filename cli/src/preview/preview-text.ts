import type { FieldChange, ModelPreview, PreviewResult } from '@syncline/sdk'

const SHOWN = 5
const FIELDS = 10
const VALUE_CHARS = 60
const LOG_LINES = 10

/** What a sync would change, for people. */
export function previewText(result: PreviewResult): string {
  const { outcome, error, models, requests, checkpoint, metadata, logs } = result
  const parts = [
    ...models.map(modelText),
    [
      `Requests: ${requestsText(requests)}`,
      `Checkpoint: ${changeText(checkpoint.before, checkpoint.after)}`,
      ...(metadata ? [`Metadata: ${changeText(metadata.before, metadata.after)}`] : []),
      ...(result.not_done.length > 0 ? [`Not done: ${result.not_done.join(', ')}`] : []),
    ].join('\n'),
    result.warnings.map((warning) => `Warning: ${warning}`).join('\n'),
    outcome === 'failed'
      ? logs
          .slice(-LOG_LINES)
          .map(({ level, message }) => `${level.padEnd(5)} ${message}`)
          .join('\n')
      : '',
    `${endText(outcome, error)} ${(result.duration_ms / 1000).toFixed(1)} s. Nothing was changed.`,
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function modelText(preview: ModelPreview): string {
  const { model, samples, deletion } = preview
  const rows: [string, number, string][] = [
    ['added', preview.added, idsText(samples.added, preview.added)],
    ['updated', preview.updated, idsText(samples.updated, preview.updated)],
    ['unchanged', preview.unchanged, ''],
    ['deleted', preview.deleted, idsText(samples.deleted, preview.deleted)],
  ]
  const width = Math.max(...rows.map(([, count]) => String(count).length))
  const row = (name: string, count: number, more: string) =>
    `  ${name.padEnd(9)}  ${String(count).padStart(width)}  ${more}`.trimEnd()
  const lines = [
    `${model}: ${preview.records_before} records, ${preview.records_after} afterwards`,
    ...rows.flatMap(([name, count, more]) =>
      name === 'updated' ? [row(name, count, more), ...fieldLines(preview, width)] : [row(name, count, more)],
    ),
  ]
  if (deletion?.held_back) lines.push(`  held back: ${deletion.held_back}`)
  return lines.join('\n')
}

function fieldLines({ updated_fields, samples }: ModelPreview, width: number): string[] {
  const example = (field: string) =>
    samples.updated.flatMap(({ changes }) => changes).find((change) => change.field === field)
  const lines = updated_fields.slice(0, FIELDS).map(({ field, count }) => {
    const found = example(field)
    return `             ${String(count).padStart(width)}  ${field}${found ? `: ${fieldText(found)}` : ''}`
  })
  const more = updated_fields.length - FIELDS
  return more > 0 ? [...lines, `             and ${more} more fields`] : lines
}

const fieldText = ({ before, after }: FieldChange) => `${valueText(before)} → ${valueText(after)}`

function valueText(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > VALUE_CHARS ? `${text.slice(0, VALUE_CHARS - 1).toWellFormed()}…` : text
}

function idsText(samples: { id: string }[], count: number): string {
  const shown = samples.slice(0, SHOWN).map(({ id }) => id)
  return count > shown.length && shown.length > 0 ? `${shown.join(', ')}, …` : shown.join(', ')
}

function requestsText({ count, failed, by_url }: PreviewResult['requests']): string {
  const urls = by_url.slice(0, SHOWN).map((each) => `${each.count} × ${each.method} ${each.url}`)
  const more = by_url.length > SHOWN ? ['…'] : []
  const all = [...urls, ...more].join(', ')
  return `${count}${failed > 0 ? `, of which ${failed} failed` : ''}${all && ` (${all})`}`
}

function changeText(before: object | null, after: object | null): string {
  const [was, is] = [before, after].map((value) => (value ? JSON.stringify(value) : 'none'))
  return was === is ? `${was}, unchanged` : `${was} → ${is}`
}

function endText(outcome: PreviewResult['outcome'], error: PreviewResult['error']): string {
  if (outcome === 'success') return 'It ended successfully after'
  const where = error?.source ? `\n  at ${error.source}` : ''
  const words = { limited: 'Stopped early', failed: 'Failed', cancelled: 'Cancelled' }
  return `${words[outcome]}: ${error?.message ?? ''}${where}\nIt took`
}
