import { Socket } from 'node:net'
import pLimit from 'p-limit'
import { confineProcess } from '../confinement/confine-process.ts'
import { encodeFrame, FrameReader } from '../frames.ts'
import type { Level } from '../level.ts'
import type { ChildLimits, FromChild, LogLevel, ToChild } from '../messages.ts'
import { nestsDeeperThan } from '../nesting.ts'
import { ChildLog } from './child-log.ts'
import { describeError } from './describe-error.ts'
import { patchProcess } from './patch-process.ts'

/** What a child does: it gets the run's input and a host to talk to; what it returns is the run's output. */
export type Program = (input: unknown, host: Host) => Promise<unknown>

export interface Host {
  /** Asks the parent to do something; its refusals reject. */
  call(method: string, params: unknown): Promise<unknown>
  log(level: LogLevel, text: string): void
}

type Answer = Extract<ToChild, { t: 'answer' }>
type Call = { resolve: (value: unknown) => void; reject: (error: Error) => void }

// Taken before foreign code can change them. That keeps honest mistakes harmless; it protects nobody else.
const { parse, stringify } = JSON

const MIB = 1024 * 1024

/**
 * The child's side of the channel (fd 3): confines itself, says `ready`, gets one run, and ends it with `returned` or
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

  /** An answer whose text is the next frame. */
  let incomplete: Answer | undefined

  channel.on('data', (chunk: Buffer) => {
    frames.push(chunk)
    for (let frame = frames.take(); frame; frame = frames.take()) {
      if (incomplete) complete(incomplete, frame)
      else receive(parse(frame.toString()) as ToChild) // our own parent wrote it
    }
  })
  // Without its parent a child has nothing to do.
  const { exit } = process
  channel.on('end', exit)
  channel.on('error', exit)
  // They ask what their descriptors are, which the kernel does not tell a confined process.
  void [process.stdout, process.stderr]
  const [level, memoryMb, threads] = process.argv.slice(2) as [Level, string, string] // our own parent wrote them
  confineProcess(level, { memoryBytes: Number(memoryMb) * MIB, threads: Number(threads) }) // what it throws ends this process, and its parent reads why from stderr
  patchProcess()
  process.on('uncaughtException', (error) => end({ t: 'threw', error: describeError(error) }))
  process.on('unhandledRejection', (error) => end({ t: 'threw', error: describeError(error) }))
  send({ t: 'ready' })

  function receive(message: ToChild): void {
    if (message.t === 'ping') send({ t: 'pong' })
    else if (message.t === 'run') void run(message.input, message.limits)
    else if (message.t === 'answer' && message.text) incomplete = message
    else {
      const call = calls.get(message.id)
      calls.delete(message.id)
      if (message.t === 'answer') call?.resolve(message.value)
      else call?.reject(Object.assign(new Error(message.error.message), message.error))
    }
  }

  function complete(answer: Answer, bytes: Buffer): void {
    incomplete = undefined
    const { path, encoding } = answer.text as NonNullable<Answer['text']> // that is why it was incomplete
    let at = answer.value as Record<string, unknown>
    for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>
    at[path.at(-1) ?? ''] = bytes.toString(encoding)
    calls.get(answer.id)?.resolve(answer.value)
    calls.delete(answer.id)
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

  function caller({ frameBytes, callsInFlight, nesting }: ChildLimits): Host['call'] {
    const turn = pLimit(callsInFlight)
    return (method, params) =>
      turn(() => {
        const id = ++lastCall
        const frame = encodeFrame(stringify({ t: 'call', id, method, params }))
        if (frame.length > frameBytes) {
          throw new Error(`${method}: ${frame.length} bytes at once; the limit is ${frameBytes}`)
        }
        if (nestsDeeperThan(nesting, frame.subarray(4))) {
          throw new Error(`${method}: lists and objects are nested more than ${nesting} levels deep`)
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
