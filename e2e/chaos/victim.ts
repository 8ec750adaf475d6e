import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from '@syncline/embedded'

const RESTART_MS = 300
const RESTARTS = 60

/** A process that faults happen to, one at a time; it is started again when it ends. */
export class Victim implements AsyncDisposable {
  readonly name: string
  readonly #start: (port: number) => Promise<Server>
  #server: Server
  /** A fault is under way. */
  busy = false

  private constructor(name: string, server: Server, start: (port: number) => Promise<Server>) {
    this.name = name
    this.#server = server
    this.#start = start
  }

  static async start(name: string, start: (port: number) => Promise<Server>): Promise<Victim> {
    return new Victim(name, await start(0), start)
  }

  get url(): string {
    return this.#server.url
  }

  async kill(downMs: number): Promise<void> {
    process.kill(this.#server.pid, 'SIGKILL')
    await this.#again(downMs)
  }

  async restart(downMs: number): Promise<void> {
    process.kill(this.#server.pid, 'SIGTERM')
    await this.#again(downMs)
  }

  async suspend(ms: number): Promise<void> {
    using _frozen = this.freeze()
    await sleep(ms)
  }

  /** Nothing of it works until the result is disposed of. */
  freeze(): Disposable {
    const { pid } = this.#server
    process.kill(pid, 'SIGSTOP')
    return { [Symbol.dispose]: () => void process.kill(pid, 'SIGCONT') }
  }

  async #again(downMs: number): Promise<void> {
    await this.#server.exited
    await sleep(downMs)
    const { port } = this.#server
    for (let n = 1; ; n++) {
      try {
        this.#server = await this.#start(port)
        return
      } catch (error) {
        if (n === RESTARTS) throw error
        await sleep(RESTART_MS) // what it depends on may be away too
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]()
  }
}
