import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Jobs } from './jobs.ts'

type Answer<Job extends keyof Jobs> = ReturnType<Jobs[Job]>

/** Processes that write and read; they live through the whole run, so that their code is warm. */
export class Clients implements AsyncDisposable {
  readonly #processes: ChildProcess[]

  constructor(count: number) {
    this.#processes = Array.from({ length: count }, () => fork(join(import.meta.dirname, 'client.ts')))
  }

  /** The same job in the first `count` of them; `argument` may depend on which it is. */
  async all<Job extends keyof Jobs>(
    job: Job,
    argument: (client: number) => Parameters<Jobs[Job]>[0],
    count = this.#processes.length,
  ): Promise<Answer<Job>[]> {
    return Promise.all(this.#processes.slice(0, count).map((client, i) => ask(client, job, argument(i))))
  }

  async one<Job extends keyof Jobs>(job: Job, argument: Parameters<Jobs[Job]>[0]): Promise<Answer<Job>> {
    const [answer] = await this.all(job, () => argument, 1)
    return answer as Answer<Job> // of the one client
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#processes.map(async (client) => {
        if (client.exitCode !== null || client.signalCode !== null) return
        const exited = once(client, 'exit')
        client.kill('SIGKILL')
        await exited
      }),
    )
  }
}

async function ask<Job extends keyof Jobs>(
  client: ChildProcess,
  job: Job,
  argument: Parameters<Jobs[Job]>[0],
): Promise<Answer<Job>> {
  const listening = new AbortController()
  const ended = once(client, 'exit', listening).then(() => [{ error: 'it has ended' }])
  const answered = once(client, 'message', listening)
  for (const unheard of [ended, answered]) unheard.catch(() => {})
  client.send({ job, argument: argument ?? null })
  const [answer] = await Promise.race([answered, ended])
  listening.abort()
  if ('error' in answer) throw new Error(`client, ${job}: ${answer.error}`)
  return answer.result
}
