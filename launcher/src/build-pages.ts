import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ROOT } from './service-process.ts'

/**
 * Builds the dashboard or the documentation, if their sources have changed since the last time. As a process that gives way to all others:
 * it must not delay the records.
 */
export async function buildPages(name: 'web' | 'docs', signal: AbortSignal): Promise<void> {
  const script = join(ROOT, 'setup/build-pages.ts')
  const child = spawn(process.execPath, ['--no-warnings', script, name], {
    ...{ cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'], signal, killSignal: 'SIGKILL' },
  })
  // Without a process id there is an error event.
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW)
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  if (code !== 0) throw new Error(said.trim().split('\n').slice(-12).join('\n'))
}
