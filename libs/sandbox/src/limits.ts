const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** What one child may use. Every breach ends it, with a message that names the limit. */
export interface Limits {
  /** JavaScript heap. */
  heapMb: number
  /**
   * What the function may add to the memory of its process: the heap, and what lies outside it (buffers, wasm). What the
   * parent measures is the whole process: resident memory and page tables.
   */
  memoryMb: number
  /** Threads of its process, Node's own (about ten) with them. */
  threads: number
  /** From the start of the run to its result. */
  wallMs: number
  /** Processor time. */
  cpuMs: number
  /** Event loop does not turn. */
  silentMs: number
  /** One message from the child. */
  frameBytes: number
  /** All messages from the child. */
  receivedBytes: number
  /** Levels of lists and objects in one message; names of fields in it; lists and objects. Texts beside messages do not count. */
  nesting: number
  names: number
  parts: number
  /** Of the parent's time, to read and answer it (from 0 to 1). A child that takes more, on average over seconds, is read later. */
  parentShare: number
  /** The run's input. */
  inputBytes: number
  /** The run's result. */
  outputBytes: number
  callsInFlight: number
  /** Answers that the child has not read yet: beyond it, nothing more is read from the child. */
  unsentBytes: number
  /** How long it may leave them unread. */
  unreadMs: number
  logLines: number
  logChars: number
  stdoutBytes: number
  stderrBytes: number
}

export const defaultLimits: Limits = {
  heapMb: 256,
  memoryMb: 640,
  threads: 64,
  wallMs: 24 * HOUR,
  cpuMs: 30 * MINUTE,
  silentMs: 30 * SECOND,
  frameBytes: 8 * MIB,
  receivedBytes: 64 * GIB,
  nesting: 500,
  names: 150_000,
  parts: 500_000,
  parentShare: 0.5,
  inputBytes: 16 * MIB,
  outputBytes: 2 * MIB,
  callsInFlight: 64,
  unsentBytes: 16 * MIB,
  unreadMs: 10 * SECOND,
  logLines: 10_000,
  logChars: MIB,
  stdoutBytes: MIB,
  stderrBytes: MIB,
}
