import { join, relative } from 'node:path'
import type { Example } from '@syncline/example-github-issues/setup'
import colors from 'picocolors'
import { DEV_FILE, type DevFile, DIR } from './dev-file.ts'

/** The text that `npm start` prints when everything runs. */
export function welcome(system: DevFile & Example): string {
  const curl = [
    `curl '${system.url}/records?model=${system.model}&limit=3'`,
    `-H 'Authorization: Bearer ${system.key}'`,
    `-H 'Provider-Config-Key: ${system.provider_config_key}'`,
    `-H 'Connection-Id: ${system.connection_id}'`,
  ]
  const rows: [name: string, value: string][] = [
    ['dashboard', colors.bold(`${system.url}/#key=${system.key}`)],
    ['API', system.url],
    ['key', system.key],
    // After the first start it is built for some seconds.
    ['docs', `${system.url}/docs/ ${colors.dim('(there once it is built)')}`],
    ['records', curl.join(' \\\n              ')],
    ...changeRow(system.replay_url),
    ['logs', `${relative(process.cwd(), join(DIR, 'logs'))}/*.log`],
    ['all this', relative(process.cwd(), DEV_FILE)],
    ['sandbox', sandboxText(system.sandbox)],
    ['stop', 'Ctrl-C'],
  ]
  const lines = rows.map(([name, value]) => `  ${colors.dim(name.padEnd(12))}${value}`)
  return `\n${colors.green('Syncline runs.')}\n\n${lines.join('\n')}\n`
}

function changeRow(replayUrl: string | undefined): [string, string][] {
  if (!replayUrl) return []
  return [['change one', `curl -X PATCH ${replayUrl}/replay/issues/3 -d '{"title":"A better title"}'`]]
}

function sandboxText(level = 'unknown: the runner was not started here'): string {
  return level === 'basic' ? colors.yellow('basic: run only code that you trust, see libs/sandbox') : level
}
