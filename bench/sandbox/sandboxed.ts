import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openSandboxes, type Sandbox, type Sandboxes } from '@syncline/sandbox'
import type { Peer } from './peer.ts'
import { privateMib } from './private-mib.ts'
import { AT_ONCE, rateOf, talkative, throughput, timed, trivial } from './work.ts'

const SETTLE_MS = 20

/** Ours, as a runner has it. */
export async function sandboxed(): Promise<Peer> {
  await using open = new AsyncDisposableStack()
  const program = join(import.meta.dirname, 'sandboxed-program.ts')
  const cold = open.use(await openSandboxes({ program }))
  const warm = open.use(await openSandboxes({ program, warm: { least: AT_ONCE, most: 2 * AT_ONCE } }))
  const owned = open.move()
  return {
    name: `sandboxes of level ${warm.level}`,
    cold: () => timed(() => runIn(cold, trivial)),
    async warm() {
      while (warm.waiting < AT_ONCE) await sleep(SETTLE_MS)
      await sleep(SETTLE_MS)
      return timed(() => runIn(warm, trivial))
    },
    rate: (seconds) => rateOf(seconds, () => runIn(warm, trivial)),
    async idleMib() {
      while (warm.waiting < AT_ONCE) await sleep(SETTLE_MS)
      const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8')
      return privateMib(Number(children.trim().split(' ').at(-1)))
    },
    channel: () => throughput(() => runIn(warm, talkative)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function runIn(sandboxes: Sandboxes, body: string): Promise<unknown> {
  using sandbox: Sandbox = await sandboxes.take()
  const outcome = await sandbox.run({ input: body, host: { send: async () => null }, onLog: () => {} })
  if (outcome.kind !== 'success') throw new Error(`the function ended as ${JSON.stringify(outcome)}`)
  return outcome.output
}
