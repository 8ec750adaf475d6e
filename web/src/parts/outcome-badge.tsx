import { Badge, type Tone } from './badge.tsx'

const tones: Record<string, Tone> = {
  success: 'good',
  cancelled: 'quiet',
  queued: 'quiet',
  running: 'info',
  throttled: 'warn',
  handed_back: 'quiet',
  replaced: 'quiet',
}

/** How a run is or ended: `queued`, `running`, `throttled`, `success`, or why it did not succeed. */
export function OutcomeBadge({ outcome, title }: { outcome: string; title?: string }) {
  return (
    <Badge tone={tones[outcome] ?? 'bad'} title={title}>
      {outcome.replaceAll('_', ' ')}
    </Badge>
  )
}
