import type { CommitResult } from '../stream/commit-result.ts'
import type { Granted } from '../stream/leases.ts'

/** Something that is done to a stream as a whole, under a lease of its own: a prune, a new generation, a pass of deletions. */
export type Operation<T> = (granted: Granted) => Promise<OperationEnd<T>>

/** If the operation throws, the stream is in doubt. A statement that may still be running is not thrown but returned. */
export type OperationEnd<T> = { result: CommitResult } & ({ value: T } | { error: unknown })
