import { formatFrequency } from './format-frequency.ts'
import type { Frequency, Limits } from './frequency.ts'
import { gapsOf } from './gaps.ts'
import { readFrequency, refused } from './read-frequency.ts'

/** What a person asks for: reads it, and holds it to the limits. Fails with `invalid_frequency`. */
export function parseFrequency(text: string, limits: Limits): Frequency {
  const frequency = readFrequency(text)
  const { shortestMs, longestMs } = gapsOf(frequency)
  if (shortestMs < limits.minMs)
    throw refused(text, `is too often: the most often is '${inWords(limits.minMs)}'`)
  if (longestMs > limits.maxMs)
    throw refused(text, `is too seldom: the least often is '${inWords(limits.maxMs)}'`)
  return frequency
}

function inWords(ms: number): string {
  return formatFrequency({ kind: 'every', ms })
}
