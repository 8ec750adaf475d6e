import { AppError } from '@syncline/errors'

const MIB = 1024 * 1024

/** Bytes that one preview holds. */
export interface PreviewBytes extends Disposable {
  /** @throws `resource_capped` if all previews of this process would hold more than they may. */
  add(bytes: number): void
}

/** Bounds what all previews of this process hold in memory together. */
export class PreviewMemory {
  readonly #limit: number
  #held = 0

  constructor(limitBytes: number) {
    this.#limit = limitBytes
  }

  open(): PreviewBytes {
    let own = 0
    return {
      add: (bytes) => {
        if (bytes > 0 && this.#held + bytes > this.#limit) {
          throw new AppError(
            'resource_capped',
            `the changes of this preview have ${Math.ceil(own / MIB)} MiB, and all previews may hold ${Math.floor(this.#limit / MIB)} MiB (RECORDS_PREVIEW_MAX_BYTES): stop earlier with a limit`,
          )
        }
        own += bytes
        this.#held += bytes
      },
      [Symbol.dispose]: () => {
        this.#held -= own
        own = 0
      },
    }
  }
}
