import { readJsonValue } from '../json-value.ts'
import { type Path, readPath } from '../path.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'

/** Longer than an action may take by default, and the wait for a free slot before it. */
const TIMEOUT_MS = 150_000

interface Options extends RestOptions, JsonOptions {
  input?: unknown
  async?: boolean
}

export const actionCall = () =>
  restCommand('call')
    .description(routeSummary('triggerAction'))
    .argument('<action>', 'such as github/create-issue', readPath)
    .argument('<connection>')
    .option(
      '--input <json>',
      'what the action takes; @<file> is read from a file, - from stdin',
      readJsonValue,
    )
    .option('--async', 'accept it only; its result: syncline action result <id>')
    .addOption(jsonOption())
    .action(async ({ integration, name: action }: Path, connectionId: string, options: Options) => {
      const { actions } = clientOf(options)
      const call = { providerConfigKey: integration, connectionId, action, input: options.input }
      if (!options.async) return print(await actions.trigger(call, { timeoutMs: TIMEOUT_MS }))
      const accepted = await actions.triggerAsync(call)
      show(options, accepted, ({ id }) => `Accepted. Its result: syncline action result ${id} --wait`)
    })

export const actionResult = () =>
  restCommand('result')
    .description(routeSummary('getActionResult'))
    .argument('<id>')
    .option('--wait', 'until it has ended, for an hour at most')
    .option('--json', 'it is JSON in any case')
    .action(async (id: string, { wait, ...options }: RestOptions & { wait?: boolean }) => {
      const { actions } = clientOf(options)
      print(await (wait ? actions.wait(id) : actions.result(id)))
    })

/** What an action returns is JSON in any case. */
function print(output: unknown): void {
  console.log(JSON.stringify(output, null, 2))
}
