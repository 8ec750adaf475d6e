import { readValue } from '../read-value.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, SUCCESS, show } from '../show.ts'

export const variableSet = () =>
  restCommand('set')
    .description(routeSummary('setVariable'))
    .argument('<name>')
    .argument('<value>', '@<file> is read from a file, - from stdin', readValue)
    .addOption(jsonOption())
    .action(async (name: string, value: string, options: RestOptions & JsonOptions) => {
      await clientOf(options).variables.set(name, value)
      show(options, SUCCESS, () => `Set '${name}'.`)
    })
