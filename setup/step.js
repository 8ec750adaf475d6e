import { spawn } from 'node:child_process'

/** An error whose one-line message says what the user has to do. */
export class SetupError extends Error {}

/** Runs one part of the set-up and prints a line with its title and duration. */
export async function step(title, work) {
  const { stderr } = process
  const started = Date.now()
  const line = () => `${title} … ${((Date.now() - started) / 1000).toFixed(1)} s`
  stderr.write(stderr.isTTY ? line() : `${title} …`)
  const ticking = stderr.isTTY ? setInterval(() => stderr.write(`\r${line()}`), 100) : undefined
  try {
    await work()
  } finally {
    clearInterval(ticking)
    stderr.write(stderr.isTTY ? `\r${line()}\n` : `${line().slice(title.length + 2)}\n`)
  }
}

const longestMs = 15 * 60_000

/** Runs a program without showing its output. If it fails, throws the last lines of its output and `advice`. */
export async function run([command, ...args], { advice, env = {} }) {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    signal: AbortSignal.timeout(longestMs),
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-4_000)
    })
  }
  const problem = await new Promise((settle) => {
    child.once('error', (error) => settle(error.message))
    child.once('close', (code, signal) =>
      settle(code === 0 ? undefined : `ended with ${signal ?? `exit code ${code}`}`),
    )
  })
  if (problem === undefined) return
  const tail = said.trimEnd().split('\n').slice(-12).join('\n')
  throw new SetupError(`\n${tail}\n${command}: ${problem}. ${advice}`.trimStart())
}
