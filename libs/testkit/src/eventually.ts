import { vi } from 'vitest'

/** Repeats `check` until it passes and gives its value; at the deadline it throws what the last one threw. */
export function eventually<T>(
  check: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 25 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  return vi.waitFor(check, { timeout: timeoutMs, interval: everyMs })
}
