const PAUSE_AFTER_ERROR_MS = 1000

export interface Loop extends AsyncDisposable {
  /** Ends the present idleness. */
  wake(): void
}

/** Repeats `round` while it finds something to do, and otherwise every `everyMs`. Closing waits for the round at work. */
export function startLoop(
  everyMs: number,
  round: () => Promise<number>,
  onError: (error: unknown) => void,
): Loop {
  let stopped = false
  let woken = Promise.withResolvers<void>()
  const wake = () => woken.resolve()

  const idle = async (ms: number) => {
    const timer = setTimeout(wake, ms)
    await woken.promise
    clearTimeout(timer)
  }
  const running = (async () => {
    while (!stopped) {
      // Made before the round: who wakes the loop while the round is at work makes it go round once more.
      woken = Promise.withResolvers()
      try {
        if ((await round()) === 0 && !stopped) await idle(everyMs)
      } catch (error) {
        onError(error)
        if (!stopped) await idle(PAUSE_AFTER_ERROR_MS)
      }
    }
  })()
  return {
    wake,
    async [Symbol.asyncDispose]() {
      stopped = true
      wake()
      await running
    },
  }
}
