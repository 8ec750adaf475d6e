/**
 * Locks by name, for what runs and actions of the environment must not do at the same time. The owner is this run, or this call of an
 * action. Its locks end with their time to live, and at the latest when it ends, whatever its outcome. A run that goes on after a wait
 * for its API begins its function again, and takes its locks again.
 */
export interface LockMethods {
  /**
   * True: this run has the lock now; if it had it before, the time to live starts again. False: another one has it. An owner has 100
   * locks at most.
   *
   * @param lock `key`: 1 to 255 characters. `ttlMs`: above 0, up to 24 hours.
   */
  tryAcquireLock(lock: { key: string; ttlMs: number }): Promise<boolean>
  /** False: this run did not have it, or not any more. */
  releaseLock(lock: { key: string }): Promise<boolean>
  /** All that this run has. */
  releaseAllLocks(): Promise<void>
}
