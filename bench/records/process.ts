import { join } from 'node:path'
import { type Server, startServer } from '@syncline/embedded'

export const ROOT = join(import.meta.dirname, '../..')

/** `flags`: of Node. `root`: another checkout of this repository. */
export type Program = { main: string; flags?: string[]; root?: string }

/** Runs a Node program that is made by `runService`, and returns once it says that it is healthy. */
export function startProcess(
  { main, flags = [], root = ROOT }: Program,
  env: NodeJS.ProcessEnv,
  log: string,
): Promise<Server> {
  return startServer(
    {
      name: main,
      kind: `node ${main}`,
      scheme: 'http',
      command: async () => [process.execPath, '--no-warnings', ...flags, join(root, main)],
      env: (port) => ({ PATH: process.env.PATH, LOG_LEVEL: 'warn', ...env, OPS_PORT: String(port) }),
      answers: async (port, signal) => {
        const response = await fetch(`http://127.0.0.1:${port}/health`, { signal })
        await response.body?.cancel()
        return response.ok
      },
    },
    { dir: root, log },
  )
}
