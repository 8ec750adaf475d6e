import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Peer } from './peer.ts'
import { privateMib } from './private-mib.ts'
import { rateOf, talkative, throughput, timed, trivial } from './work.ts'

const SETTLE_MS = 20

/** Node's own child processes, with no walls at all. */
export async function forked(): Promise<Peer> {
  const start = async () => {
    const child = fork(join(import.meta.dirname, 'forked-child.mjs'), { execArgv: ['--no-warnings'] })
    await once(child, 'message')
    return child
  }
  return {
    name: 'fork()',
    cold: () => timed(async () => runIn(await start(), trivial)),
    async warm() {
      const child = await start()
      await sleep(SETTLE_MS)
      return timed(() => runIn(child, trivial))
    },
    rate: (seconds) => rateOf(seconds, async () => runIn(await start(), trivial)),
    async idleMib() {
      const child = await start()
      await sleep(SETTLE_MS)
      const mib = await privateMib(child.pid ?? 0)
      child.kill('SIGKILL')
      return mib
    },
    channel: async () => {
      const child = await start()
      return throughput(() => runIn(child, talkative))
    },
    async [Symbol.asyncDispose]() {},
  }
}

function runIn(child: ChildProcess, body: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: { records?: unknown; result?: unknown }) => {
      if (message.records) child.send({ ok: true })
      else {
        child.kill('SIGKILL')
        resolve(message.result)
      }
    })
    child.once('error', reject)
    child.send({ body })
  })
}
