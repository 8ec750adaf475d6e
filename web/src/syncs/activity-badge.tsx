import type { Schedule } from '@syncline/api'
import { Badge, type Tone } from '../parts/badge.tsx'
import { type Activity, activityOf } from './activity.ts'

const words: Record<Activity, [words: string, tone: Tone]> = {
  running: ['running', 'info'],
  parked: ['parked', 'warn'],
  throttled: ['throttled', 'warn'],
  queued: ['queued', 'info'],
  paused: ['paused', 'quiet'],
  blocked: ['blocked', 'bad'],
  waiting: ['waits for its slot', 'quiet'],
  unknown: ['not known', 'quiet'],
}

/** What a schedule does now. */
export function ActivityBadge({ schedule }: { schedule: Pick<Schedule, 'status' | 'lastRun' | 'blocked'> }) {
  const [text, tone] = words[activityOf(schedule)]
  const { lastRun, blocked } = schedule
  const why =
    lastRun?.parked ??
    (lastRun?.state === 'queued' ? lastRun.throttled?.reason : undefined) ??
    blocked?.message
  return (
    <Badge tone={tone} title={why}>
      {text}
    </Badge>
  )
}
