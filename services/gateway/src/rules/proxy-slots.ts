import { AppError } from '@syncline/errors'

interface Bounds {
  max: number
  perEnvironment: number
  perConnection: number
}

interface Place {
  environment: string
  integration: string
  connection: string
}

/** Bounds the proxied requests that are under way through this process, so that one slow API does not take them all. */
export class ProxySlots {
  readonly #bounds: Bounds
  readonly #taken = new Map<string, number>()

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  /** How many are under way. */
  get taken(): number {
    return this.#taken.get('') ?? 0
  }

  /**
   * @returns What ends the request. It may be called several times.
   * @throws `unavailable` if there are too many.
   */
  take({ environment, integration, connection }: Place): () => void {
    const { max, perEnvironment, perConnection } = this.#bounds
    const scopes = [
      { key: '', limit: max, of: 'this gateway' },
      { key: JSON.stringify([environment]), limit: perEnvironment, of: 'this environment' },
      {
        key: JSON.stringify([environment, integration, connection]),
        limit: perConnection,
        of: `connection '${connection}'`,
      },
    ]
    const full = scopes.find(({ key, limit }) => (this.#taken.get(key) ?? 0) >= limit)
    if (full) {
      throw new AppError(
        'unavailable',
        `${full.limit} proxied requests of ${full.of} are under way, which is its limit: try again later`,
      )
    }
    for (const { key } of scopes) this.#add(key, 1)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      for (const { key } of scopes) this.#add(key, -1)
    }
  }

  #add(key: string, change: number): void {
    const taken = (this.#taken.get(key) ?? 0) + change
    if (taken === 0) this.#taken.delete(key)
    else this.#taken.set(key, taken)
  }
}
