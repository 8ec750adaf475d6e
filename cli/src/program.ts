import { Command, type CommandOptions } from 'commander'
import own from '../package.json' with { type: 'json' }
import { actionCall, actionResult } from './commands/action-call.ts'
import { actionList } from './commands/action-list.ts'
import { bulk } from './commands/bulk.ts'
import { cancel } from './commands/cancel.ts'
import { capacity } from './commands/capacity.ts'
import { checkpointClear, checkpointGet, checkpointSet } from './commands/checkpoint.ts'
import { connectionCreate } from './commands/connection-create.ts'
import { connectionDelete } from './commands/connection-delete.ts'
import { connectionList } from './commands/connection-list.ts'
import { connectionUpdate } from './commands/connection-update.ts'
import { deletionsList } from './commands/deletions-list.ts'
import { deletionsRelease } from './commands/deletions-release.ts'
import { deploy } from './commands/deploy.ts'
import { dev } from './commands/dev.ts'
import { doctor } from './commands/doctor.ts'
import { dryrun } from './commands/dryrun.ts'
import { envCreate } from './commands/env-create.ts'
import { envDelete } from './commands/env-delete.ts'
import { envLimits } from './commands/env-limits.ts'
import { envList } from './commands/env-list.ts'
import { errors } from './commands/errors.ts'
import { exportCommand } from './commands/export.ts'
import { frequencyReset, frequencySet } from './commands/frequency.ts'
import { importCommand } from './commands/import.ts'
import { init } from './commands/init.ts'
import { integrationCreate } from './commands/integration-create.ts'
import { integrationDelete } from './commands/integration-delete.ts'
import { integrationList } from './commands/integration-list.ts'
import { integrationUpdate } from './commands/integration-update.ts'
import { integrationVerify } from './commands/integration-verify.ts'
import { keyCreate } from './commands/key-create.ts'
import { keyList } from './commands/key-list.ts'
import { keyRevoke } from './commands/key-revoke.ts'
import { keyRotate } from './commands/key-rotate.ts'
import { keyUpdate } from './commands/key-update.ts'
import { logs } from './commands/logs.ts'
import { me } from './commands/me.ts'
import { metadataGet, metadataMerge, metadataSet } from './commands/metadata.ts'
import { nangoExport } from './commands/nango-export.ts'
import { pause } from './commands/pause.ts'
import { providerCheck } from './commands/provider-check.ts'
import { providerDelete } from './commands/provider-delete.ts'
import { providerDeploy } from './commands/provider-deploy.ts'
import { providerList } from './commands/provider-list.ts'
import { recordCounts } from './commands/record-counts.ts'
import { recordGet } from './commands/record-get.ts'
import { recordStreams } from './commands/record-streams.ts'
import { records } from './commands/records.ts'
import { run } from './commands/run.ts'
import { runs } from './commands/runs.ts'
import { start } from './commands/start.ts'
import { stats } from './commands/stats.ts'
import { status } from './commands/status.ts'
import { syncList } from './commands/sync-list.ts'
import { test } from './commands/test.ts'
import { trigger } from './commands/trigger.ts'
import { undeploy } from './commands/undeploy.ts'
import { userCreate } from './commands/user-create.ts'
import { userDelete } from './commands/user-delete.ts'
import { userList } from './commands/user-list.ts'
import { userPassword } from './commands/user-password.ts'
import { userUpdate } from './commands/user-update.ts'
import { variableDelete } from './commands/variable-delete.ts'
import { variableList } from './commands/variable-list.ts'
import { variableSet } from './commands/variable-set.ts'
import { variantCreate, variantDelete, variantList } from './commands/variant.ts'
import { why } from './commands/why.ts'
import { addCompletions } from './completions.ts'

/** The command line with all its commands. */
export const program = new Command('syncline')
  .description('Deploys sync functions to Syncline, and looks after what it runs.')
  .version(own.version, '--version', 'print the version of the command line')
  .showHelpAfterError('(see --help)')
  .exitOverride()

const syncs = [
  init(),
  deploy(),
  test(),
  dev(),
  dryrun(),
  undeploy(),
  status(),
  why(),
  trigger(),
  start(),
  pause(),
  cancel(),
  bulk(),
  runs(),
  errors(),
  stats(),
  run(),
  logs(),
  records(),
  capacity(),
  doctor(),
  exportCommand(),
  importCommand(),
  nangoExport(),
  me(),
]
for (const command of syncs) add(program, command)
group('record', 'single records, streams, and how many records there are', [
  recordGet(),
  recordCounts(),
  recordStreams(),
])
group('provider', 'files that say how to reach external APIs', [
  providerCheck(),
  providerDeploy(),
  providerList(),
  providerDelete(),
])
group('integration', 'external APIs', [
  integrationCreate(),
  integrationList(),
  integrationUpdate(),
  integrationVerify(),
  integrationDelete(),
])
group('connection', 'access of your customers to them', [
  connectionCreate(),
  connectionList(),
  connectionUpdate(),
  connectionDelete(),
])
group('metadata', 'what functions can read of a connection', [metadataGet(), metadataSet(), metadataMerge()])
group('variant', 'further schedules of a sync on a connection', [
  variantCreate(),
  variantList(),
  variantDelete(),
])
group('frequency', 'how often a sync runs on a connection', [frequencySet(), frequencyReset()])
group('checkpoint', 'what the next run of a sync on a connection goes on from', [
  checkpointGet(),
  checkpointSet(),
  checkpointClear(),
])
group('sync', 'deployed sync functions', [syncList()])
group('action', 'deployed actions; `action <integration>/<name> <connection>` calls one', [
  actionCall(),
  actionResult(),
  actionList(),
])
group('deletions', 'what syncs did not save again and was held back', [deletionsList(), deletionsRelease()])
group('variable', 'what sync functions can read', [variableSet(), variableList(), variableDelete()])
group('env', 'environments (needs SYNCLINE_ADMIN_KEY)', [envCreate(), envList(), envLimits(), envDelete()])
group('key', 'API keys (needs SYNCLINE_ADMIN_KEY)', [
  keyCreate(),
  keyList(),
  keyUpdate(),
  keyRotate(),
  keyRevoke(),
])
group('user', 'people who log in to the dashboard (needs SYNCLINE_ADMIN_KEY)', [
  userCreate(),
  userList(),
  userUpdate(),
  userPassword(),
  userDelete(),
])

// Last: it reads all others.
addCompletions(program)

function group(name: string, description: string, commands: Command[]) {
  const parent = program.command(name).description(description)
  for (const command of commands) add(parent, command, { isDefault: command.name() === 'call' })
}

function add(parent: Command, command: Command, options: CommandOptions = {}) {
  parent.addCommand(command.copyInheritedSettings(parent), options)
}
