import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { eventually } from './eventually.ts'

/** A command on a pseudo terminal, which `script` of util-linux opens. Its screen is wide, so that no line is broken. */
export class Terminal implements Disposable {
  readonly #process
  readonly #ended: Promise<unknown[]>
  #text = ''

  constructor(command: string, env: NodeJS.ProcessEnv = {}) {
    this.#process = spawn('script', ['-qefc', `stty cols 200; ${command}`, '/dev/null'], {
      env: { ...process.env, TERM: 'dumb', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#ended = once(this.#process, 'exit')
    this.#process.stdout.setEncoding('utf8').on('data', (text) => {
      this.#text += text
    })
  }

  /** Keys: `\n` is Enter, `\x03` is Ctrl-C. */
  type(keys: string): void {
    this.#process.stdin.write(keys)
  }

  /** Waits for what the command shows, and gives all that it has shown since the last call. */
  async shows(pattern: RegExp): Promise<string> {
    await eventually(
      () => {
        if (!pattern.test(this.#text)) throw new Error(`${pattern} is not in: ${this.#text}`)
      },
      { timeoutMs: 60_000 },
    )
    const shown = this.#text
    this.#text = ''
    return shown
  }

  /** Waits for the end of the command, and gives its exit code. */
  async exitCode(): Promise<unknown> {
    return (await this.#ended)[0]
  }

  [Symbol.dispose](): void {
    this.#process.kill('SIGKILL')
  }
}
