/** An answer whose shape only the author knows; existing functions read its fields without a check. */
// biome-ignore lint/suspicious/noExplicitAny: `unknown` would stop existing functions from compiling
export type Unchecked = any
