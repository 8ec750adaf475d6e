import { defaultLimits, type Limits } from '@syncline/sandbox'

/** Reading a definition takes milliseconds; code that works at its top level is not waited for. */
export const describeLimits: Limits = {
  ...defaultLimits,
  wallMs: 20_000,
  silentMs: 10_000,
  logLines: 0,
}
