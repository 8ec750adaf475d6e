import pLimit from 'p-limit'
import type { ChildLimits, ForRealm } from '../../messages.ts'
import type { Platform } from '../platform.ts'

type Call = { resolve: (value: unknown) => void; reject: (error: Error) => void }

const { stringify } = JSON

/** The calls of one run that its parent has not answered. */
export class HostCalls {
  readonly #platform: Platform
  readonly #run: number
  readonly #limits: ChildLimits
  readonly #turn: ReturnType<typeof pLimit>
  readonly #calls = new Map<number, Call>()
  #lastCall = 0
  #onSettled: (() => void) | undefined

  constructor(platform: Platform, run: number, limits: ChildLimits) {
    this.#platform = platform
    this.#run = run
    this.#limits = limits
    this.#turn = pLimit(limits.callsInFlight)
  }

  call = (method: string, params: unknown, text?: string): Promise<unknown> =>
    this.#turn(() => this.#send(method, params, text))

  receive(message: ForRealm, text: string): void {
    const call = this.#calls.get(message.id)
    this.#calls.delete(message.id)
    if (message.t === 'refusal') {
      call?.reject(Object.assign(new Error(message.error.message), message.error))
    } else {
      if (message.t === 'answer_with_text') put(message.value, message.path, text)
      call?.resolve(message.value)
    }
    if (this.#calls.size === 0) this.#onSettled?.()
  }

  /** Waits until no call is left, also none that follows the answer of another. */
  async settled(): Promise<void> {
    while (this.#calls.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onSettled = resolve
      })
      await new Promise<void>((resolve) => this.#platform.startTimer('immediate', resolve, 0))
    }
  }

  #send(method: string, params: unknown, text: string | undefined): Promise<unknown> {
    const id = ++this.#lastCall
    const json = stringify({ t: 'call', run: this.#run, id, method, params })
    const fault = this.#platform.sendCall(json, text, this.#limits)
    if (fault) throw new Error(`${method}: ${fault}`)
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject })
    })
  }
}

function put(value: unknown, path: string[], text: string): void {
  let at = value as Record<string, unknown> // the parent names a path in it
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>
  at[path.at(-1) ?? ''] = text
}
