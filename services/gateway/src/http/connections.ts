import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { AppError } from '@syncline/errors'

/** Of one connection, sent without waiting for the answers before. */
const REQUESTS_AT_ONCE = 64
/** Connections over the limit that get an answer. Further ones are closed by Node without one. */
const ANSWERED_OVER_LIMIT = 256
const TOLD_EVERY_MS = 10_000

interface ConnectionEvents {
  connectionsOpen(count: number): void
  requestsOpen(count: number): void
  connectionsFull(facts: { limit: number; closedIdle: boolean }): void
}

/**
 * The connections of a server and the requests that are under way on each. A connection is idle while it has none: before its first
 * request, and between two. At the limit the one that is idle for longest is closed for the next one; if none is idle, the next one
 * gets a 503.
 */
export class Connections {
  readonly #limit: number
  readonly #events: ConnectionEvents
  /** The one that is idle for longest comes first. */
  readonly #idle = new Set<Socket>()
  readonly #underWay = new Map<Socket, Set<ServerResponse>>()
  readonly #overLimit = new WeakSet<Socket>()
  #connections = 0
  #requests = 0
  #toldAt = -Infinity

  constructor(server: Server, limit: number, events: ConnectionEvents) {
    this.#limit = limit
    this.#events = events
    server.maxConnections = limit + ANSWERED_OVER_LIMIT
    server.on('connection', (socket) => this.#opened(socket))
    server.prependListener('request', ({ socket }, response) => this.#begun(socket, response))
  }

  /** Fails for a request that shall not be handled. */
  check(socket: Socket): void {
    if (this.#overLimit.has(socket) && this.#connections > this.#limit) {
      throw new AppError(
        'unavailable',
        `this gateway has ${this.#limit} connections, which is its limit, and none of them is idle: try again later`,
      )
    }
    const requests = this.#underWay.get(socket)?.size ?? 0
    if (requests > REQUESTS_AT_ONCE) {
      throw new AppError(
        'too_many_requests',
        `${REQUESTS_AT_ONCE} requests of this connection are under way: wait for their answers`,
      )
    }
  }

  /** Whether bytes of an answer, or the place of one, come before what would be written now. */
  isAnswering(socket: Socket): boolean {
    const [first, second] = this.#underWay.get(socket) ?? []
    return second !== undefined || first?.headersSent === true
  }

  #opened(socket: Socket): void {
    this.#events.connectionsOpen(++this.#connections)
    socket.once('close', () => {
      this.#events.connectionsOpen(--this.#connections)
      this.#idle.delete(socket)
    })
    if (this.#connections > this.#limit) this.#makeRoom(socket)
    this.#idle.add(socket)
  }

  #makeRoom(socket: Socket): void {
    const [oldest] = this.#idle
    if (oldest === undefined) this.#overLimit.add(socket)
    else {
      this.#idle.delete(oldest)
      oldest.destroy()
    }
    const now = performance.now()
    if (now - this.#toldAt < TOLD_EVERY_MS) return
    this.#toldAt = now
    this.#events.connectionsFull({ limit: this.#limit, closedIdle: oldest !== undefined })
  }

  #begun(socket: Socket, response: ServerResponse): void {
    this.#events.requestsOpen(++this.#requests)
    this.#idle.delete(socket)
    const present = this.#underWay.get(socket)
    if (present) present.add(response)
    else this.#underWay.set(socket, new Set([response]))
    // It comes after the answer, and also when the connection ends before it.
    response.once('close', () => this.#ended(socket, response))
  }

  #ended(socket: Socket, response: ServerResponse): void {
    this.#events.requestsOpen(--this.#requests)
    const present = this.#underWay.get(socket)
    present?.delete(response)
    if (present === undefined || present.size > 0) return
    this.#underWay.delete(socket)
    if (!socket.destroyed) this.#idle.add(socket)
  }
}
