import type { Follower } from './follower.ts'

const REPORT_MS = 2000

export type Progress = Follower['progress']

/**
 * Waits until the catalog is loaded. That may take any time: the error is `stallMs` without a new entry. `onProgress` is
 * called every two seconds.
 */
export async function waitUntilLoaded(
  follower: Pick<Follower, 'loaded' | 'progress'>,
  stallMs: number,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  const stalled = Promise.withResolvers<never>()
  let received = -1
  const watching = setInterval(() => {
    const { progress } = follower
    if (progress.received === received) {
      stalled.reject(
        new Error(
          `the catalog did not load: after ${progress.received} entries none came for ${stallMs} ms, ${progress.pending} are still to come`,
        ),
      )
    }
    received = progress.received
  }, stallMs)
  const reporting = setInterval(() => onProgress(follower.progress), REPORT_MS)
  try {
    await Promise.race([follower.loaded, stalled.promise])
  } finally {
    clearInterval(watching)
    clearInterval(reporting)
  }
}
