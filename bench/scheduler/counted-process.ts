import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Firing } from './firing.ts'

const SETTLE_MS = 10 * 60_000

/** Runs a program of this folder that takes what fires, and asks it for its counts. */
export async function startCounted(program: string, work: object) {
  const child = fork(join(import.meta.dirname, program), [JSON.stringify(work)], {
    execArgv: ['--no-warnings'],
  })
  await once(child, 'message') // it is ready
  return {
    pid: child.pid as number, // it runs
    async settled(schedules: number, progress: (text: string) => void) {
      const until = Date.now() + SETTLE_MS
      for (let n = 1; ; n++) {
        const { schedules: seen } = await ask(child, 'count')
        if (seen >= schedules) return
        if (Date.now() > until) throw new Error(`only ${seen} of ${schedules} schedules ran`)
        if (n % 10 === 0) progress(`${seen} of ${schedules} schedules have run once`)
        await sleep(500)
      }
    },
    async measure(seconds: number): Promise<Firing> {
      await ask(child, 'reset')
      await sleep(seconds * 1000)
      return ask(child, 'take')
    },
    async [Symbol.asyncDispose]() {
      child.disconnect()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

async function ask(child: ChildProcess, what: 'count' | 'reset' | 'take'): Promise<Firing> {
  const answer = once(child, 'message', { signal: AbortSignal.timeout(60_000) })
  child.send(what)
  const [firing] = await answer
  return firing as Firing // as answerParent sends it
}
