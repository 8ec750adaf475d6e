import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from '@syncline/embedded'

const RESTART_MS = 500
const RESTARTS_IN_A_ROW = 10
const STEADY_MS = 30_000

export type ProcessState = 'ended' | 'running' | 'given up'

/** A process that is restarted when it ends by itself. */
export interface Supervised extends AsyncDisposable {
  readonly pid: number
  readonly port: number
  readonly url: string
  readonly kind: string
}

/** Calls `onChange` when the process ends and when it runs again. After ten ends in a row it is not restarted any more. */
export async function supervise(
  start: (port: number) => Promise<Server>,
  onChange: (state: ProcessState) => void = () => {},
): Promise<Supervised> {
  let server = await start(0)
  let stopping = false
  let failures = 0
  const { port } = server

  const restarting = (async () => {
    while (!stopping) {
      const since = Date.now()
      await server.exited
      if (stopping) return
      failures = Date.now() - since > STEADY_MS ? 1 : failures + 1
      onChange('ended')
      while (!stopping) {
        if (failures > RESTARTS_IN_A_ROW) return onChange('given up')
        await sleep(RESTART_MS)
        try {
          if (stopping) return
          server = await start(port)
          onChange('running')
          break
        } catch {
          failures++
        }
      }
    }
  })()

  return {
    get pid() {
      return server.pid
    },
    port,
    url: server.url,
    kind: server.kind,
    async [Symbol.asyncDispose]() {
      stopping = true
      await server[Symbol.asyncDispose]()
      await restarting
      // A restart that was under way when `stopping` was set.
      await server[Symbol.asyncDispose]()
    },
  }
}
