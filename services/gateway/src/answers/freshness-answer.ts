import type { Freshness as FreshnessAnswer } from '@syncline/api'
import type { Freshness } from '@syncline/proto'
import { enumName } from './enum-name.ts'
import { instant, instantOrNull } from './instant.ts'

export function freshnessAnswer(freshness: Freshness | undefined): FreshnessAnswer {
  if (freshness === undefined) return { lastSuccessAt: null, freshUntil: null, stale: null }
  const { lastSuccessMs, freshUntilMs, reason, sinceMs, untilMs, message } = freshness
  const stale =
    reason === 'STALE_REASON_UNSPECIFIED'
      ? null
      : {
          reason: enumName('STALE_REASON', reason),
          since: instant(sinceMs),
          until: instantOrNull(untilMs),
          message,
        }
  return { lastSuccessAt: instantOrNull(lastSuccessMs), freshUntil: instantOrNull(freshUntilMs), stale }
}
