import type { ChildLimits } from '../messages.ts'

/** Of one message. */
export type MessageLimits = Pick<ChildLimits, 'frameBytes' | 'nesting' | 'names' | 'parts'>

/**
 * What the main realm of a child gives to the realm of one run. Texts and numbers go over this border, and nothing else, but
 * for modules and globals of Node, which all realms share: those are looked at after each run.
 */
export interface Platform {
  /** Sends a message to the parent. */
  send(json: string): void
  /** Sends a call, with a text beside it or none. Returns what is wrong with it, then it is not sent. */
  sendCall(json: string, text: string | undefined, limits: MessageLimits): string | undefined
  /** The result has been sent. */
  ended(): void
  /** A module of Node for the function. What the later runs can't be kept from seeing ends the process after this run. */
  builtin(name: string): unknown
  /** A module of Node for our own code, which changes nothing in it. */
  ownBuiltin(name: string): unknown
  /** A global of Node. */
  global(name: string): unknown
  /** A global of Node for our own code. */
  ownGlobal(name: string): unknown
  /** Names of the globals of Node that a realm lacks. */
  globalNames: string[]
  /** Of the main realm, by name: what Node's own code makes and throws. */
  constructorOf(name: string): (abstract new (...args: never[]) => unknown) | undefined
  /** The process is not used again. */
  taint(why: string): void
  /** Something works in the background until it is closed: as long as it does, the process is not used again. */
  opened(): void
  closed(): void
  startTimer(kind: 'timeout' | 'interval' | 'immediate', work: () => void, ms: number): number
  stopTimer(timer: number): void
  queueMicrotask(work: () => void): void
  nextTick(work: () => void): void
  write(stream: 'stdout' | 'stderr', text: string, written: () => void): void
  exit(code: number): never
  /** Of the text of the bundle; empty if there is none. */
  bundleText(): string
  /** The function around the bundle, in the realm of the run, or what is wrong with its text. */
  bundleFunction(): CommonJs | { name: string; message: string; stack: string }
}

export type CommonJs = (
  exports: object,
  require: (name: string) => unknown,
  module: { exports: object },
) => void
