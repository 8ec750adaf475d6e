import type { ChildLimits, ForRealm } from '../../messages.ts'
import type { Platform } from '../platform.ts'
import type { Host, Program } from '../program.ts'
import { runBundle } from './bundle.ts'
import { ChildLog } from './child-log.ts'
import { describeError } from './describe-error.ts'
import { HostCalls } from './host-calls.ts'
import { realmModules } from './modules.ts'

/** How the main realm of a child drives the realm of a run. It gives texts, and gets none back. */
export interface Realm {
  /** @param json A RunMessage */
  run(json: string): void
  /** @param json A ForRealm */
  receive(json: string, text: string): void
  /** For errors that nobody caught. */
  fail(error: unknown): void
}

// Taken before foreign code can change them. That keeps honest mistakes harmless; it protects nobody else.
const { parse, stringify } = JSON

/** Everything that a run can touch is made here, again for each run, but for Node's own modules. */
export function startRealm(platform: Platform, program: Program): Realm {
  let run = 0
  let hasEnded = false
  let calls: HostCalls | undefined
  let log: ChildLog | undefined

  function end(message: object): void {
    if (hasEnded) return
    hasEnded = true
    log?.close()
    platform.send(stringify(message))
    platform.ended()
  }

  async function work(input: unknown, limits: ChildLimits): Promise<void> {
    const own = new HostCalls(platform, run, limits)
    log = new ChildLog(limits, (level, text) => platform.send(stringify({ t: 'log', run, level, text })))
    calls = own
    const host: Host = {
      call: own.call,
      log: log.write,
      require: (name) => realmModules(platform, name) ?? platform.builtin(name),
      bundle: runBundle(platform),
    }
    try {
      const output = await program(input, host)
      await own.settled() // what the function forgot to await belongs to the run too
      const length = stringify(output)?.length ?? 0
      if (length > limits.outputBytes) {
        throw new Error(`the result has ${length} characters; the limit is ${limits.outputBytes}`)
      }
      end({ t: 'returned', run, output })
    } catch (error) {
      end({ t: 'threw', run, error: describeError(error) })
    }
  }

  return {
    run(json) {
      const message = parse(json) as { run: number; input: unknown; limits: ChildLimits } // a RunMessage of our own parent
      run = message.run
      void work(message.input, message.limits)
    },
    receive(json, text) {
      calls?.receive(parse(json) as ForRealm, text) // our own parent wrote it
    },
    fail: (error) => end({ t: 'threw', run, error: describeError(error) }),
  }
}
