import { repeat } from '@syncline/async'
import { type Mutex, tryMutex } from '@syncline/redis'

/** Runs a job periodically, on one instance at a time. The job finds in the tables what there is to do. */
export function onOneInstance(
  periodMs: number,
  mutex: Mutex,
  job: (signal: AbortSignal) => Promise<void>,
  onFailure: (error: unknown) => void,
): AsyncDisposable {
  const round = async (stop: AbortSignal) => {
    await using held = await tryMutex(mutex)
    if (held) await job(AbortSignal.any([stop, held.signal]))
  }
  return repeat(periodMs, round, { onFailure })
}
