import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TokenProcess } from './token-process.ts'

export interface SpawnedTokenProcess extends AsyncDisposable {
  /** Lets it begin, when it is ready. */
  begin(): void
  /** The next line that it writes. */
  line(): Promise<{ ready?: true; storing?: true; tokens?: string[] }>
  kill(): Promise<void>
}

/** Returns when it is ready. */
export async function spawnTokenProcess(work: TokenProcess): Promise<SpawnedTokenProcess> {
  const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'token-process.ts')], {
    env: { ...process.env, TOKEN_PROCESS: JSON.stringify(work) },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const spawned: SpawnedTokenProcess = {
    begin: () => void child.stdin.write('go\n'),
    async line() {
      const { value, done } = await lines.next()
      if (done) throw new Error('the process has ended')
      return JSON.parse(value)
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    [Symbol.asyncDispose]: () => spawned.kill(),
  }
  await spawned.line()
  return spawned
}
