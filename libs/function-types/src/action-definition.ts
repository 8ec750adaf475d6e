import type { z } from 'zod'
import type { NangoAction } from './nango-action.ts'

/** What an action is: what it takes, what it gives, and the code. */
export interface ActionDefinition<
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
  Metadata extends z.ZodType | undefined = z.ZodType,
> {
  description: string
  version?: string
  /** What a caller gives. Another input is refused before `exec` is called; defaults and transforms are applied. */
  input: Input
  /** What `exec` returns, 2 MiB of JSON at most. Another output is an error. */
  output: Output
  /** Of the connection, as `nango.getMetadata()` gives it. */
  metadata?: Metadata
  /** For your documentation. */
  scopes?: string[]
  /** @deprecated Has no effect: actions are called by their name. */
  endpoint?: unknown
  exec: (nango: NangoAction<Metadata>, input: z.output<Input>) => Promise<z.input<Output>> | z.input<Output>
}
