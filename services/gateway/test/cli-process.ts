// Runs command lines of the CLI in one process, each as main.ts would: see run-cli.ts.
import { Progress } from '../../../cli/src/progress.ts'
import { run } from '../../../cli/src/run.ts'

export type CommandLine = { args: string[]; env: NodeJS.ProcessEnv; cwd: string }
export type Ended = { code: number; out: string; err: string }

// Without a terminal it says something if 10 s have passed: on a busy machine they may.
Progress.prototype.say = () => {}

process.on('message', async ({ args, env, cwd }: CommandLine) => {
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...args)
  process.env = env
  process.chdir(cwd)
  process.exitCode = undefined
  const out: string[] = []
  const err: string[] = []
  process.stdout.write = (text) => out.push(String(text)) > 0
  process.stderr.write = (text) => err.push(String(text)) > 0
  const code = Number(await run())
  process.send?.({ code, out: out.join(''), err: err.join('') } satisfies Ended)
})
