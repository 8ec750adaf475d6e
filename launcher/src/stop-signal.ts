const SAME_REQUEST_MS = 500

/** Aborts at the first Ctrl-C, SIGTERM or SIGHUP. A second one ends this process at once. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController()
  let firstAt = 0
  const onSignal = () => {
    // npm and the shell both pass Ctrl-C on: signals that arrive together are one request.
    if (firstAt > 0 && Date.now() - firstAt > SAME_REQUEST_MS) process.exit(130)
    firstAt ||= Date.now()
    stop.abort(new Error('stopped before it was ready'))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  return stop.signal
}
