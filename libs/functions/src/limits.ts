import { defaultLimits, type Limits } from '@syncline/sandbox'

/** Limits for reading a definition. That takes milliseconds; code that works for long at its top level is stopped. */
export const describeLimits: Limits = {
  ...defaultLimits,
  wallMs: 20_000,
  silentMs: 10_000,
  logLines: 0,
}
