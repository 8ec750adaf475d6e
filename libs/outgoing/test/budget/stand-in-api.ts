/** An API that takes so many calls in any period and refuses the rest. */
export class StandInApi {
  taken = 0
  refused = 0
  readonly #requests: number
  readonly #periodMs: number
  readonly #times: number[] = []

  constructor(requests: number, periodMs: number) {
    this.#requests = requests
    this.#periodMs = periodMs
  }

  call(): { status: number; headers: Record<string, string> } {
    const now = performance.now()
    const oldest = this.#times.at(-this.#requests)
    if (oldest !== undefined && now - oldest < this.#periodMs) {
      this.refused++
      return { status: 429, headers: { 'retry-after': '1' } }
    }
    this.#times.push(now)
    this.taken++
    return { status: 200, headers: {} }
  }
}
