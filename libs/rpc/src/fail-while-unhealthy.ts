import { timeLimit } from '@syncline/async'
import { AppError } from '@syncline/errors'
import type { CallOptions, ClientMiddlewareCall } from 'nice-grpc'

/** So long a call may be without an answer before its server is asked how it is; and then again. */
const PATIENCE_MS = 1500
const CHECK_TIMEOUT_MS = 3000
/** Without a reason of its own, an abort makes an error with a stack trace: for each call. */
const ENDED = 'the call has ended'

type CheckHealth = (signal: AbortSignal) => Promise<void>

/**
 * For callers with people behind them: a call to a server that is not healthy fails within 5 s, with what is wrong, instead of
 * after its deadline. A healthy server has as long as the deadline says. A stream that has begun is left alone.
 */
export function failWhileUnhealthy(checkHealth: CheckHealth) {
  return async function* <Request, Response>(
    call: ClientMiddlewareCall<Request, Response>,
    options: CallOptions,
  ) {
    const ended = new AbortController()
    const onAbort = () => ended.abort(options.signal?.reason)
    options.signal?.addEventListener('abort', onAbort, { once: true })
    if (options.signal?.aborted) onAbort()
    let unhealthy: AppError | undefined
    using watch = watchHealth(checkHealth, (error) => {
      unhealthy = error
      ended.abort(error)
    })
    try {
      const { signal } = ended
      if (!call.responseStream) return yield* call.next(call.request, { ...options, signal })
      for await (const response of call.next(call.request, { ...options, signal })) {
        watch[Symbol.dispose]()
        // A stream yields responses only.
        yield response as Awaited<Response>
      }
      return undefined
    } catch (error) {
      throw unhealthy ?? error
    } finally {
      options.signal?.removeEventListener('abort', onAbort)
    }
  }
}

/** Asks again and again until it is disposed of, or the server is not healthy. */
function watchHealth(checkHealth: CheckHealth, onUnhealthy: (error: AppError) => void): Disposable {
  const stop = new AbortController()
  const ask = async () => {
    try {
      using limit = timeLimit(CHECK_TIMEOUT_MS, stop.signal)
      await checkHealth(limit.signal)
      if (!stop.signal.aborted) timer = setTimeout(ask, PATIENCE_MS)
    } catch (cause) {
      if (stop.signal.aborted) return
      const reason = cause instanceof AppError ? cause.message : 'no answer'
      onUnhealthy(new AppError('unavailable', `the server is not healthy (${reason}): try again`, { cause }))
    }
  }
  let timer = setTimeout(ask, PATIENCE_MS)
  return {
    [Symbol.dispose]() {
      clearTimeout(timer)
      stop.abort(ENDED)
    },
  }
}
