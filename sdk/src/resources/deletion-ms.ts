/** A deletion of many connections waits for functions that run before it. */
export const DELETION_MS: number = 3 * 60_000
