import type { Outcome } from './outcome.ts'
import type { RunCode, Sandbox, SandboxRun } from './sandbox.ts'

/** A child that was taken for one run. Its taker disposes it, and may do so before the run has ended: that ends the run. */
export class TakenSandbox implements Disposable {
  readonly #sandbox: Sandbox
  readonly #code: RunCode
  readonly #giveBack: () => void
  #hasRun = false

  /** @internal @param giveBack The run has a result, and the child may serve another one when it has settled. */
  constructor(sandbox: Sandbox, code: RunCode, giveBack: () => void) {
    this.#sandbox = sandbox
    this.#code = code
    this.#giveBack = giveBack
  }

  get pid(): number {
    return this.#sandbox.pid
  }

  /** What messages of its calls hold of this process's memory. */
  get heldBytes(): number {
    return this.#sandbox.heldBytes
  }

  /** Reads nothing more from the child, whose silence does not count meanwhile. Its processor and total time do. */
  pause(): void {
    this.#sandbox.pause()
  }

  resume(): void {
    this.#sandbox.resume()
  }

  /** The child has said something since it was paused. */
  get hasUnread(): boolean {
    return this.#sandbox.hasUnread
  }

  async run(run: SandboxRun): Promise<Outcome> {
    if (this.#hasRun) throw new Error('a sandbox is taken for one run; this one has had it')
    this.#hasRun = true
    return await this.#sandbox.run(run, this.#code)
  }

  [Symbol.dispose](): void {
    if (this.#sandbox.isOver) this.#giveBack()
    else this.#sandbox[Symbol.dispose]()
  }
}
