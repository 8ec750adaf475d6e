import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { getContainerRuntimeClient } from 'testcontainers'

const run = promisify(execFile)

/** A Docker that answers, and how its Compose is called: the plugin, or the program of before. */
export type Docker = { compose: [string, ...string[]]; standalone: boolean }

/** Docker of this machine, or why there is none that can be used. */
export async function findDocker(): Promise<Docker | { missing: string }> {
  try {
    await getContainerRuntimeClient()
  } catch (error) {
    return { missing: `no Docker answers: ${String(error)}` }
  }
  if (await answers('docker', 'compose', 'version'))
    return { compose: ['docker', 'compose'], standalone: false }
  if (await answers('docker-compose', 'version')) return { compose: ['docker-compose'], standalone: true }
  return { missing: 'neither docker compose nor docker-compose is installed' }
}

const answers = (program: string, ...args: string[]) =>
  run(program, args).then(
    () => true,
    () => false,
  )
