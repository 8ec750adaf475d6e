import type { Host } from '../src/index.ts'

/** The program of these tests: evaluates the input as the body of a function. */
export async function program(input: unknown, host: Host): Promise<unknown> {
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (...args: unknown[]) => unknown
  return new AsyncFunction('host', 'require', String(input))(host, host.require)
}
