import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Exit, spawnBound } from './bound-process.ts'
import { openLog } from './log-file.ts'
import { takePort } from './port.ts'
import { StartError } from './start-error.ts'

export type ServerOptions = {
  /** Where the data lives. One server at a time for one folder. */
  dir: string
  /** A port of the loopback interface; 0 or nothing takes a free one. */
  port?: number | undefined
  /** The file that the server's output is appended to. */
  log: string
  /** Ends a start that is under way: the server is stopped, and the start rejects. */
  signal?: AbortSignal | undefined
  /** Variables beside those that the program needs. */
  env?: NodeJS.ProcessEnv | undefined
}

export type Server = {
  url: string
  port: number
  pid: number
  /** Which program runs, as text for people. */
  kind: string
  /** Settles when the process has ended, by whatever cause. */
  exited: Promise<Exit>
  [Symbol.asyncDispose](): Promise<void>
}

export type Program = {
  name: string
  kind: string
  scheme: string
  /** Writes the program's files into `dir` and returns how to run it, by absolute path. */
  command(place: { dir: string; port: number }): Promise<[string, ...string[]]>
  /** Its environment. By default only the time zone: a server must not be able to read our secrets. */
  env?(port: number): NodeJS.ProcessEnv
  /** Whether the server on this port serves requests. May reject while it does not. */
  answers(port: number, signal: AbortSignal): Promise<boolean>
}

const startDeadlineMs = 60_000
const stopDeadlineMs = 10_000

/** Runs a server as a child process and returns once it answers. */
export async function startServer(program: Program, options: ServerOptions): Promise<Server> {
  options.signal?.throwIfAborted()
  const dir = resolve(options.dir)
  await mkdir(dir, { recursive: true })
  const port = await takePort(program.name, options.port)
  await using log = await openLog(options.log)
  const { pid, exited, kill } = await spawnBound(await program.command({ dir, port }), {
    cwd: dir,
    output: log.fd,
    env: { ...(program.env?.(port) ?? { TZ: 'UTC' }), ...options.env },
  })

  const server: Server = {
    url: `${program.scheme}://127.0.0.1:${port}`,
    port,
    pid,
    kind: program.kind,
    exited,
    async [Symbol.asyncDispose]() {
      kill('SIGTERM')
      const overdue = setTimeout(() => kill('SIGKILL'), stopDeadlineMs)
      await exited
      clearTimeout(overdue)
    },
  }
  const failure = await untilServing(program, server, options.signal)
  if (failure === undefined) return server
  await server[Symbol.asyncDispose]()
  options.signal?.throwIfAborted()
  throw new StartError(`${program.name} ${failure}. The end of its log ${options.log}:\n${await log.tail()}`)
}

/** Why the server does not serve; undefined when it does. */
async function untilServing(
  program: Program,
  server: Server,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  let ended: Exit | undefined
  void server.exited.then((exit) => {
    ended = exit
  })
  const deadline = Date.now() + startDeadlineMs
  while (Date.now() < deadline) {
    if (signal?.aborted) return 'was stopped at its start'
    if (ended) return `ended at its start (${ended.signal ?? `exit code ${ended.code}`})`
    if (await program.answers(server.port, AbortSignal.timeout(2_000)).catch(() => false)) return undefined
    await sleep(25)
  }
  return `does not answer on port ${server.port} after ${startDeadlineMs / 1000} s`
}
