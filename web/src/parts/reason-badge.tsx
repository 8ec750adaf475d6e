import type { StaleReason } from '@syncline/api'
import { Badge, type Tone } from './badge.tsx'

/** The reasons why a schedule is stale, in the words of docs/why.md. */
export const reasonWords: Record<StaleReason, [words: string, tone: Tone]> = {
  failing: ['failing', 'bad'],
  needs_reauth: ['needs credentials', 'bad'],
  store_unavailable: ['store away', 'bad'],
  scheduler_down: ['scheduler down', 'bad'],
  no_runner: ['no runner', 'bad'],
  held_back: ['deletion held back', 'warn'],
  overlap: ['overlap', 'warn'],
  environment_full: ['environment full', 'warn'],
  integration_full: ['integration full', 'warn'],
  rate_limited: ['rate limited', 'warn'],
  backfilling: ['backfilling', 'info'],
  paused: ['paused', 'quiet'],
}

/** Why a schedule is stale; without a reason, that it is fresh. */
export function ReasonBadge({ reason, title }: { reason: string | null; title?: string }) {
  if (reason === null) return <Badge tone="good">fresh</Badge>
  // A newer gateway may know further reasons.
  const [words, tone] = reasonWords[reason as StaleReason] ?? [reason.replaceAll('_', ' '), 'warn']
  return (
    <Badge tone={tone} title={title}>
      {words}
    </Badge>
  )
}
