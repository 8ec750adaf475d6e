/**
 * Aborts when `signal` does, or after `ms`. Each save has one: AbortSignal.any and AbortSignal.timeout take four times as
 * long, and leave their end to the garbage collector.
 */
export function waitLimit(signal: AbortSignal, ms: number): { limit: AbortSignal } & Disposable {
  const controller = new AbortController()
  const giveUp = () => controller.abort(signal.reason)
  const timer = setTimeout(() => controller.abort(new DOMException('timed out', 'TimeoutError')), ms)
  signal.addEventListener('abort', giveUp)
  if (signal.aborted) giveUp()
  return {
    limit: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
    },
  }
}
