import { vi } from 'vitest'

/**
 * Repeats `check` until it passes and gives its value; at the deadline it throws what the last one threw. The deadline is no
 * promise of what is tested: a machine that has much else to do may take long. A test that promises a time gives its own.
 */
export function eventually<T>(
  check: () => T | Promise<T>,
  { timeoutMs = 60_000, everyMs = 50 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  return vi.waitFor(check, { timeout: timeoutMs, interval: everyMs })
}
