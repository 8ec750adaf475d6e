import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { Script } from 'node:vm'
import { confineProcess } from '../confinement/confine-process.ts'
import { encodeFrame, FrameReader } from '../frames.ts'
import type { Level } from '../level.ts'
import type { FromChild, RunMessage, ToChild } from '../messages.ts'
import { Background } from './background.ts'
import { type CompiledBundle, commonJs, compileBundle } from './common-js.ts'
import { garbageCollector } from './garbage-collector.ts'
import { patchProcess } from './patch-process.ts'
import { RunRealm } from './run-realm.ts'
import { SharedState } from './shared-state.ts'

// Taken before foreign code can change them. That keeps honest mistakes harmless; it protects nobody else.
const { parse, stringify } = JSON

const MIB = 1024 * 1024
const CODE_CACHE_BYTES = 4 * MIB

/**
 * The child's side of the channel (fd 3): confines itself, says `ready`, and gets runs, one at a time. Each has a realm of its
 * own and ends with `returned` or `threw`. If another one may follow, the child then looks for what the run has left, says
 * `settled`, and makes the next realm. Otherwise its parent kills it: nothing is cleaned up here.
 */
export function serve(programFile: string): void {
  const channel = new Socket({ fd: 3, readable: true, writable: true })
  const channelWrite = channel.write.bind(channel)
  const write = (frame: Buffer) => void channelWrite(frame)
  const send = (message: FromChild) => write(encodeFrame(stringify(message)))
  const frames = new FrameReader(Number.POSITIVE_INFINITY)

  const [level, memoryMb, threads, use] = process.argv.slice(2) as [Level, string, string, string] // our own parent wrote them
  const background = new Background()
  const shared = use === 'reused' ? new SharedState() : undefined
  if (shared) background.watch()
  const collect = shared && garbageCollector()
  Buffer.poolSize = 0 // what one run has written to a pool, the next could read there
  const program = commonJs(readFileSync(programFile, 'utf8'), '/program.js')
  const newRealm = () => new RunRealm({ program, write, shared, background })

  let next: RunRealm | undefined = newRealm()
  let realm: RunRealm | undefined
  let bundle: CompiledBundle | undefined
  /** What the next frames are, and what is to be done when they are here. */
  let attached: { frames: Buffer[]; count: number; complete: (frames: Buffer[]) => void } | undefined

  channel.on('data', (chunk: Buffer) => {
    frames.push(chunk)
    for (let frame = frames.take(); frame; frame = frames.take()) {
      if (attached) attach(frame)
      else receive(frame.toString())
    }
  })
  // Without its parent a child has nothing to do.
  const { exit } = process
  channel.on('end', exit)
  channel.on('error', exit)
  // They ask what their descriptors are, which the kernel does not tell a confined process.
  void [process.stdout, process.stderr]
  confineProcess(level, { memoryBytes: Number(memoryMb) * MIB, threads: Number(threads) }) // what it throws ends this process, and its parent reads why from stderr
  patchProcess()
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  const listeners = listenersOf(process)
  send({ t: 'ready' })

  function receive(json: string): void {
    if (isAnswer(json)) {
      realm?.receive(json, '')
      return
    }
    const message = parse(json) as ToChild // our own parent wrote it
    if (message.t === 'ping') send({ t: 'pong' })
    else if (message.t === 'answer_with_text') {
      expect(1, ([bytes]) => realm?.receive(json, bytes?.toString(message.encoding) ?? ''))
    } else if (message.t === 'run') expect(message.attached.length, (all) => void run(json, message, all))
  }

  function expect(count: number, complete: (frames: Buffer[]) => void): void {
    if (count === 0) complete([])
    else attached = { frames: [], count, complete }
  }

  function attach(frame: Buffer): void {
    if (!attached) return
    const { frames, count, complete } = attached
    if (frames.push(frame) < count) return
    attached = undefined
    complete(frames)
  }

  async function run(json: string, message: RunMessage, all: Buffer[]): Promise<void> {
    const part = (name: RunMessage['attached'][number]) => all[message.attached.indexOf(name)]
    const text = part('bundle')
    if (text) bundle = compileBundle(text.toString(), part('codeCache'))
    background.reset()
    realm = next ?? newRealm()
    next = undefined
    realm.run(json, bundle)
    await realm.ended
    if (message.isKept) await settle(realm, message)
  }

  /** Ends what the run has begun, and says whether something of it is left. */
  async function settle(ended: RunRealm, { run, wantsCodeCache }: RunMessage): Promise<void> {
    ended.close()
    await new Promise<void>((resolve) => background.ours(() => setImmediate(resolve)))
    const left = ended.taint ?? background.left ?? changeOf(shared) ?? listenersLeft()
    realm = undefined
    const codeCache = wantsCodeCache && left === undefined ? codeCacheOf(bundle) : undefined
    send({ t: 'settled', run, ...(left && { left }), ...(codeCache && { codeCache }) })
    if (left !== undefined) return
    next = newRealm()
    collect?.()
  }

  /** Between runs an error is of one that has ended: this process cannot serve another one. */
  function fail(error: unknown): void {
    if (realm) realm.fail(error)
    else exit(1)
  }

  function listenersLeft(): string | undefined {
    return listenersOf(process) === listeners ? undefined : 'listeners of the process'
  }
}

function changeOf(shared: SharedState | undefined): string | undefined {
  const changed = shared?.changed()
  return changed && `a change of ${changed}`
}

function listenersOf(of: NodeJS.Process): string {
  const names = of.eventNames() as string[] // symbols too, of which there are texts
  return names.map((name) => `${String(name)} ${of.listenerCount(name)}`).join()
}

function codeCacheOf(bundle: CompiledBundle | undefined): string | undefined {
  if (!(bundle?.script instanceof Script)) return undefined
  const data = bundle.script.createCachedData()
  return data.length <= CODE_CACHE_BYTES ? data.toString('base64') : undefined
}

/** An answer may be large: the child does not parse it to know that it is one. `t` is the first field of each message. */
const isAnswer = (json: string): boolean =>
  json.startsWith('{"t":"answer"') || json.startsWith('{"t":"refusal"')
