import { readFrequency } from './read-frequency.ts'

/** Of a length of time such as `15 minutes`, `30s`, `2 hours`; undefined if the text is not one. */
export function intervalMs(text: string): number | undefined {
  try {
    const frequency = readFrequency(text)
    return frequency.kind === 'every' ? frequency.ms : undefined
  } catch {
    return undefined
  }
}
