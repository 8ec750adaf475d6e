/** Calls that wait for a runner. Environments take turns; within one, the first comes first. */
export class WaitingCalls<Call extends { environment: string }> {
  readonly #byEnvironment = new Map<string, Set<Call>>()

  add(call: Call): void {
    const calls = this.#byEnvironment.get(call.environment) ?? new Set()
    this.#byEnvironment.set(call.environment, calls.add(call))
  }

  /** Of a call that was taken and could not be sent: it is the first of its environment again. */
  putBack(call: Call): void {
    const calls = this.#byEnvironment.get(call.environment) ?? []
    this.#byEnvironment.set(call.environment, new Set([call, ...calls]))
  }

  /** The next one, whose environment then goes to the end. */
  take(): Call | undefined {
    for (const [environment, calls] of this.#byEnvironment) {
      const [first] = calls
      this.#byEnvironment.delete(environment)
      if (first === undefined) continue
      calls.delete(first)
      if (calls.size > 0) this.#byEnvironment.set(environment, calls)
      return first
    }
    return undefined
  }

  delete(call: Call): void {
    this.#byEnvironment.get(call.environment)?.delete(call)
  }
}
