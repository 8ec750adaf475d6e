import { z } from 'zod'
import type { Host } from '../src/index.ts'

/** For honest work, with a package that it may need: evaluates the input as the body of a function. */
export async function program(input: unknown, host: Host): Promise<unknown> {
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (...args: unknown[]) => unknown
  return new AsyncFunction('host', 'require', 'z', String(input))(host, host.require, z)
}
