import { Socket } from 'node:net'
import pLimit from 'p-limit'
import { encodeFrame, FrameReader } from '../frames.ts'
import type { Level } from '../level.ts'
import type { ChildLimits, FromChild, LogLevel, ToChild } from '../messages.ts'
import { raiseWall } from '../wall/raise-wall.ts'
import { ChildLog } from './child-log.ts'
import { describeError } from './describe-error.ts'
import { mendProcess } from './mend-process.ts'

/** What a child does: it gets the run's input and a host to talk to; what it returns is the run's output. */
export type Program = (input: unknown, host: Host) => Promise<unknown>

export interface Host {
  /** Asks the parent to do something; its refusals reject. */
  call(method: string, params: unknown): Promise<unknown>
  log(level: LogLevel, text: string): void
}

type Call = { resolve: (value: unknown) => void; reject: (error: Error) => void }

// Taken before foreign code can change them. That keeps honest mistakes harmless; it is no wall.
const { parse, stringify } = JSON

const MIB = 1024 * 1024

/**
 * The child's side of the channel (fd 3): puts up the wall, says `ready`, gets one run, and ends it with `returned` or
 * `threw`. The parent then kills the process: nothing is cleaned up here.
 */
export function serve(program: Program): void {
  const channel = new Socket({ fd: 3, readable: true, writable: true })
  const write = channel.write.bind(channel)
  const frames = new FrameReader(Number.POSITIVE_INFINITY)
  const send = (message: FromChild) => write(encodeFrame(stringify(message)))

  const calls = new Map<number, Call>()
  let lastCall = 0
  let ended = false
  let log: ChildLog | undefined

  channel.on('data', (chunk: Buffer) => {
    for (const json of frames.read(chunk)) receive(parse(json) as ToChild) // our own parent wrote it
  })
  // Without its parent a child has nothing to do.
  const { exit } = process
  channel.on('end', exit)
  channel.on('error', exit)
  // They ask what their descriptors are, which nobody answers behind the wall.
  void [process.stdout, process.stderr]
  const [level, memoryMb] = process.argv.slice(2) as [Level, string] // our own parent wrote them
  raiseWall(level, Number(memoryMb) * MIB) // what it throws ends this process, and its parent reads why from stderr
  mendProcess()
  process.on('uncaughtException', (error) => end({ t: 'threw', error: describeError(error) }))
  process.on('unhandledRejection', (error) => end({ t: 'threw', error: describeError(error) }))
  send({ t: 'ready' })

  function receive(message: ToChild): void {
    if (message.t === 'ping') send({ t: 'pong' })
    else if (message.t === 'run') void run(message.input, message.limits)
    else {
      const call = calls.get(message.id)
      calls.delete(message.id)
      if (message.t === 'answer') call?.resolve(message.value)
      else call?.reject(Object.assign(new Error(message.error.message), message.error))
    }
  }

  async function run(input: unknown, limits: ChildLimits): Promise<void> {
    log = new ChildLog(limits, (level, text) => send({ t: 'log', level, text }))
    try {
      const output = await program(input, { call: caller(limits), log: log.write })
      // What the function forgot to await belongs to the run too.
      while (calls.size > 0) await new Promise((resolve) => setTimeout(resolve, 5))
      const length = stringify(output)?.length ?? 0
      if (length > limits.outputBytes) {
        throw new Error(`the result has ${length} characters; the limit is ${limits.outputBytes}`)
      }
      end({ t: 'returned', output })
    } catch (error) {
      end({ t: 'threw', error: describeError(error) })
    }
  }

  function caller({ frameBytes, callsInFlight }: ChildLimits): Host['call'] {
    const turn = pLimit(callsInFlight)
    return (method, params) =>
      turn(() => {
        const id = ++lastCall
        const frame = encodeFrame(stringify({ t: 'call', id, method, params }))
        if (frame.length > frameBytes) {
          throw new Error(`${method}: ${frame.length} bytes at once; the limit is ${frameBytes}`)
        }
        return new Promise((resolve, reject) => {
          calls.set(id, { resolve, reject })
          write(frame)
        })
      })
  }

  function end(message: FromChild): void {
    if (ended) return
    ended = true
    log?.close()
    send(message)
  }
}
