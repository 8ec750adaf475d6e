import { Badge, type Tone } from '../parts/badge.tsx'

const tones: Record<'ADDED' | 'UPDATED' | 'DELETED', Tone> = {
  ADDED: 'good',
  UPDATED: 'info',
  DELETED: 'warn',
}

/** What the last change of a record was. */
export function ActionBadge({ action }: { action: keyof typeof tones }) {
  return <Badge tone={tones[action]}>{action.toLowerCase()}</Badge>
}
