import type { Program } from '@syncline/sandbox'

const AsyncFunction = (async () => {}).constructor as new (
  ...text: string[]
) => (send: (records: unknown) => Promise<unknown>) => Promise<unknown>

/** The input is the body of a function; `send` is what gives records to the parent. */
export const program: Program = (input, host) =>
  new AsyncFunction('send', String(input))((records) => host.call('send', { records }))
