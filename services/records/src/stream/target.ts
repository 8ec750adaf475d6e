import type { Stream, Writer } from '@syncline/proto'

/** What a call writes to, and on whose behalf: without a writer it is the API that asks, and no fence is checked. */
export type Target = { stream: Stream; writer: Writer | undefined; signal: AbortSignal }

/** The same for what only a run does. */
export type RunTarget = Target & { writer: Writer }
