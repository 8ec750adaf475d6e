import type { LogLevel } from '../messages.ts'

/** What a child does in each run: it gets the run's input and a host to talk to; what it returns is the run's output. */
export type Program = (input: unknown, host: Host) => Promise<unknown>

export interface Host {
  /** Asks the parent to do something; its refusals reject. @param text Goes beside the params, as it is. */
  call(method: string, params: unknown, text?: string): Promise<unknown>
  log(level: LogLevel, text: string): void
  /** Node's own modules, for the function. */
  require(name: string): unknown
  bundle: Bundle
}

/** The code that a run was given beside its input. */
export interface Bundle {
  /** Empty if there is none. */
  readonly text: string
  /** Evaluates it as a CommonJS module named `/function.js`, and gives what it exports. */
  evaluate(require: (name: string) => unknown): { default?: unknown }
}
