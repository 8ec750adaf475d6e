import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'

export const variableSet = () =>
  restCommand('set')
    .description(routeSummary('setVariable'))
    .argument('<name>')
    .argument('<value>')
    .action(async (name: string, value: string, options: RestOptions) => {
      await clientOf(options).variables.set(name, value)
      console.log(`Set '${name}'.`)
    })
