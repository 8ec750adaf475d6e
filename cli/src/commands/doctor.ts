import { type Diagnosis, type DoctorCheck, SynclineError } from '@syncline/sdk'
import manifest from '../../package.json' with { type: 'json' }
import { explain } from '../explain.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'

const CLOCK_WARNING_MS = 2000

export const doctor = () =>
  restCommand('doctor')
    .description(`${routeSummary('diagnose')}; exit code 1 = something failed`)
    .addOption(jsonOption())
    .action(async (options: RestOptions & JsonOptions) => {
      const checks = await allChecks(options)
      const failed = checks.filter(({ state }) => state === 'failed').length
      const warnings = checks.filter(({ state }) => state === 'warning').length
      const state = failed > 0 ? 'failed' : warnings > 0 ? 'warning' : 'ok'
      show(options, { state, checks }, () =>
        [...checks.map(line), '', `${failed} failed, ${warnings} warnings of ${checks.length} checks.`].join(
          '\n',
        ),
      )
      if (failed > 0) process.exitCode = 1
    })

/** Those of the gateway, and what only this machine can see. */
async function allChecks(options: RestOptions): Promise<DoctorCheck[]> {
  const client = clientOf(options)
  const from = Date.now()
  try {
    const diagnosis = await client.doctor()
    return [...own(diagnosis, (from + Date.now()) / 2), ...diagnosis.checks]
  } catch (error) {
    // Whatever else is wrong: nobody but the gateway can tell.
    if (!(error instanceof SynclineError)) throw error
    const check = { name: 'api', state: 'failed' as const, message: explain(error) }
    return [{ ...check, advice: `start the gateway, or see SYNCLINE_URL and SYNCLINE_KEY: ${options.url}` }]
  }
}

function own({ version, now }: Diagnosis, askedAt: number): DoctorCheck[] {
  const offset = Math.round(Date.parse(now) - askedAt)
  const isFar = Math.abs(offset) > CLOCK_WARNING_MS
  const isSame = version === manifest.version
  return [
    {
      name: 'command line',
      state: isSame ? 'ok' : 'warning',
      message: `version ${manifest.version} on Node ${process.versions.node}; the gateway is ${version}`,
      advice: isSame ? null : `install the same version: npm install @syncline/cli@${version}`,
    },
    {
      name: 'this clock',
      state: isFar ? 'warning' : 'ok',
      message: `that of the gateway is ${Math.abs(offset)} ms ${offset < 0 ? 'behind' : 'ahead'}`,
      advice: isFar ? 'synchronize the clock of this machine: --since counts by it' : null,
    },
  ]
}

const line = ({ name, state, message, advice }: DoctorCheck) =>
  `${state.padEnd(7)}  ${name.padEnd(16)}  ${message}${advice === null ? '' : `\n${' '.repeat(27)}→ ${advice}`}`
