/** What stub-runner.ts and bullmq-worker.ts tell their parent, a few times in a second: since they were told to count anew. */
export interface Firing {
  /** Runs that ended. */
  ended: number
  /** Schedules that ran at least once since the process began. */
  schedules: number
  seconds: number
  /** Milliseconds from slot to the function, of each run. */
  late: number[]
}

export interface Peer extends AsyncDisposable {
  /** Processes by name. */
  pids: Record<string, number>
  /** Returns when each schedule has run once. */
  settled(): Promise<void>
  /** Counts anew, and returns what came in so many seconds. */
  measure(seconds: number): Promise<Firing>
}

export interface Load {
  schedules: number
  intervalMs: number
  progress: (text: string) => void
}
