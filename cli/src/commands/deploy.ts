import type { DeployAnswer, Syncline } from '@syncline/sdk'
import { canAsk, confirm } from '../confirm.ts'
import type { DeploymentPlan } from '../deploy/plan-deployment.ts'
import { counted, planText } from '../deploy/plan-text.ts'
import type { Prepared, Refused } from '../prepare-functions.ts'
import { Progress } from '../progress.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { type JsonOptions, jsonOption } from '../show.ts'
import { UsageError } from '../usage-error.ts'

interface DeployOptions extends RestOptions, JsonOptions {
  diff?: boolean
  on?: string
  dryRun?: boolean
  onlyComplete?: boolean
  prune?: boolean
  yes?: boolean
}

/** Of `--dry-run`: something would change. */
const EXIT_CHANGES = 2

export const deploy = () =>
  restCommand('deploy')
    .description(
      'show what a folder of syncs and actions would change, ask, and deploy it, with its providers',
    )
    .argument(
      '<folder>',
      'with <integration>/syncs/<name>.ts, <integration>/actions/<name>.ts, and providers/<name>.yaml',
    )
    .option('--yes', 'deploy without asking, as in CI')
    .option('--dry-run', 'only show it: exit code 2 if something would change, 0 if nothing would')
    .option(
      '--diff',
      'with --on: also run each sync that is new or changed without any effect, and show what it would change',
    )
    .option('--on <connection>', 'the connection of --diff')
    .option('--prune', 'remove deployed functions that are not in the folder; syncs with their records')
    .option('--only-complete', 'deploy nothing if a function of the folder is refused')
    .addOption(jsonOption())
    .action(async (folder: string, options: DeployOptions) => {
      if ((options.diff === true) !== (options.on !== undefined)) {
        throw new UsageError('--diff and --on <connection> go together: the syncs are run on that connection')
      }
      const client = clientOf(options)
      // The bundler is heavy, and few commands need it.
      const [{ prepareFunctions }, { readProviders }, { planDeployment }] = await Promise.all([
        import('../prepare-functions.ts'),
        import('../read-providers.ts'),
        import('../deploy/plan-deployment.ts'),
      ])
      const providers = await readProviders(folder)
      await using prepared = await withProgress((progress) =>
        prepareFunctions(folder, {
          mayBeEmpty: providers.length > 0,
          onWarning: (warning) => console.error(`warning: ${warning}`),
          onPrepared: (count, of) => progress.say(`bundled ${count} of ${of} functions`),
        }),
      )
      for (const { name, reason } of prepared.notDeployed) console.error(`not deployed: ${name}: ${reason}`)
      const isNone = prepared.syncs.length + prepared.actions.length + providers.length === 0
      if (isNone) throw nothingBut(prepared.refused)
      checkComplete(prepared.refused, options)
      const prune = options.prune ?? false
      const plan = await planDeployment(client, prepared, { providers, prune })
      checkComplete(plan.refused, options)
      if (!options.json) console.log(planText(plan.answer) || 'nothing is deployed, and nothing would be')
      const previews = options.on === undefined ? undefined : await previewed(client, plan, prepared, options)
      const showJson = (deployed?: DeployAnswer) => {
        if (!options.json) return
        const shown = { ...jsonOf(plan, prepared, deployed), ...(previews && { previews }) }
        console.log(JSON.stringify(shown, null, 2))
      }
      if (plan.changes && !options.dryRun && !options.yes && !canAsk()) {
        showJson()
        throw new UsageError(
          'nothing was deployed, as nobody can be asked here: give --yes to deploy, or --dry-run to see what would change',
        )
      }
      const deployed = await deployPlan(client, plan, prepared, options)
      showJson(deployed)
      if (plan.refused.length === 0) return
      const counts = `${counted(plan.refused.length, 'function')} ${plan.refused.length === 1 ? 'was' : 'were'}`
      const others = deployed ? ', all others were deployed' : ''
      const pruned = prune ? '; nothing is removed while a function is refused' : ''
      throw new Error(`${counts} refused${others}${pruned}:\n${reasons(plan.refused)}`)
    })

/** What the syncs that are new or changed would do to the records of a connection. */
async function previewed(
  client: Syncline,
  { answer, body }: DeploymentPlan,
  { bundles }: Prepared,
  { on = '', json }: DeployOptions,
) {
  const { previewDeployment } = await import('../preview/preview-deployment.ts')
  const { previewedText } = await import('../preview/preview-syncs.ts')
  return previewDeployment(
    client,
    { changes: answer.changes, syncs: body.syncs ?? [], bundles },
    on,
    (each) => {
      if (!json) console.log(`\n${previewedText(each)}`)
    },
  )
}

/** Undefined: nothing was deployed, as nothing would change or it was only to be shown. */
async function deployPlan(
  client: Syncline,
  plan: DeploymentPlan,
  { bundles }: Prepared,
  { dryRun, yes, json }: DeployOptions,
): Promise<DeployAnswer | undefined> {
  if (!plan.changes) {
    if (!json) console.log('nothing to change')
    return undefined
  }
  if (dryRun) {
    process.exitCode = EXIT_CHANGES
    return undefined
  }
  if (!yes && !(await confirm('Deploy?'))) throw new Error('nothing was deployed')
  const { applyDeployment } = await import('../deploy/apply-deployment.ts')
  const answer = await withProgress((progress) =>
    applyDeployment(client, plan, bundles, {
      onSent: (sent, of) => progress.say(sent < of ? `sent ${sent} of ${of} bundles` : 'deploying'),
    }),
  )
  if (!json) console.log(doneText(plan))
  return answer
}

async function withProgress<T>(work: (progress: Progress) => Promise<T>): Promise<T> {
  using progress = new Progress()
  return await work(progress)
}

function doneText({ answer: { changes, providers } }: DeploymentPlan): string {
  const deployed = changes.filter(({ change }) => change === 'new' || change === 'changed').length
  const removed = changes.filter(({ change }) => change === 'removed').length
  const changedProviders = providers.filter(({ changed }) => changed).length
  const parts = [
    deployed > 0 && `deployed ${counted(deployed, 'function')}`,
    changedProviders > 0 && `deployed ${counted(changedProviders, 'provider')}`,
    removed > 0 && `removed ${counted(removed, 'function')}`,
  ]
  return parts.filter((part) => part !== false).join(', ')
}

function jsonOf(
  { answer, refused, changes }: DeploymentPlan,
  { notDeployed }: Prepared,
  deployed?: DeployAnswer,
) {
  const { plan: _, missing_bundles: __, refused: ___, ...shown } = answer
  return {
    ...shown,
    would_change: changes,
    refused,
    not_deployed: notDeployed,
    deployed: deployed !== undefined,
  }
}

function checkComplete(refused: Refused[], { onlyComplete }: DeployOptions): void {
  if (onlyComplete && refused.length > 0) throw nothingBut(refused)
}

const nothingBut = (refused: Refused[]) => new Error(`nothing was deployed:\n${reasons(refused)}`)

function reasons(refused: Refused[]): string {
  return refused
    .map(({ provider_config_key, name, message }) =>
      name ? `${provider_config_key}/${name}: ${message}` : message,
    )
    .join('\n')
}
