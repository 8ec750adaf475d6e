import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What a function did, as the API saw it. */
export interface Effect {
  /** `<environment>/<sync>/<connection>` */
  schedule: string
  /** `step`: it is about to save record `n`. `saved`: the record and the checkpoint `n` were acknowledged. */
  kind: 'step' | 'saved'
  n: number
  run: string
  /** Of one execution of the function: an attempt of a run. */
  execution: string
}

export interface ChaosApi extends AsyncDisposable {
  url: string
  host: string
  effects: Effect[]
  /** Keys of actions, once for each call. */
  acted: string[]
}

/** An API that takes its time. */
export async function startChaosApi(delayMs: number): Promise<ChaosApi> {
  const effects: Effect[] = []
  const acted: string[] = []
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://api')
    const text = (name: string) => searchParams.get(name) ?? ''
    if (pathname === '/acted') {
      acted.push(text('key'))
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
      return
    }
    const kind = pathname === '/saved' ? 'saved' : 'step'
    const names = { schedule: text('schedule'), run: text('run'), execution: text('execution') }
    effects.push({ kind, n: Number(text('n')), ...names })
    if (kind === 'step') await sleep(delayMs)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
  return {
    url: `http://${host}`,
    host,
    effects,
    acted,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** A sync that counts: each run goes some steps on from its checkpoint, and tells the API before and after each. */
export const counting = (sync: { frequency: string; name: string; environment: string; model: string }) => `
  import { createSync } from 'nango'
  import { z } from 'zod'
  export default createSync({
    description: '',
    frequency: '${sync.frequency}',
    models: { ${sync.model}: z.object({ id: z.string(), n: z.number() }) },
    checkpoint: z.object({ total: z.number() }),
    exec: async (nango) => {
      const { total = 0 } = (await nango.getCheckpoint()) ?? {}
      const execution = String(Math.random())
      const schedule = '${sync.environment}/${sync.name}/' + nango.connectionId
      const run = String(nango.syncJobId)
      const tell = (kind: string, n: number) =>
        nango.get({ endpoint: '/' + kind, params: { schedule, run, n: String(n), execution } })
      for (let n = total + 1; n <= total + 1 + (total % 3); n++) {
        await tell('step', n)
        await nango.batchSave([{ id: String(n), n }], '${sync.model}')
        await nango.saveCheckpoint({ total: n })
        await tell('saved', n)
      }
    },
  })`
