import type { Limit } from './limit-of.ts'

/** What processes do not know of each other when Redis is away: how many they are. */
const SHARE = 1 / 4

/** What a process knows of a budget by itself. */
export class LocalLimit {
  /** Redis has nothing about it, for so long. */
  absentUntil = 0
  #blockedUntil = 0
  #nextAt = 0
  #calls = 0
  #countedFrom = 0

  /** A call that Redis was not asked for. */
  count(now: number): void {
    if (now - this.#countedFrom > 10_000) [this.#calls, this.#countedFrom] = [0, now]
    this.#calls++
  }

  /** Calls per ms, of late. */
  rate(now: number): number {
    return this.#calls / Math.max(1000, now - this.#countedFrom)
  }

  block(ms: number, now: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, now + ms)
  }

  /** Without Redis: a part of what is configured. 0, or ms to wait. */
  take({ requests, periodMs }: Limit, now: number): number {
    if (now < this.#blockedUntil) return this.#blockedUntil - now
    if (requests === 0) return 0
    if (now < this.#nextAt) return this.#nextAt - now
    this.#nextAt = Math.max(this.#nextAt, now - periodMs / requests) + periodMs / (requests * SHARE)
    return 0
  }
}
