import { repeat } from '@syncline/async'
import { type Mutex, tryMutex } from '@syncline/redis'

/** Runs a job again and again, on one instance at a time. What it has to do is found in the tables. */
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
