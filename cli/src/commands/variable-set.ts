import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'

export const variableSet = () =>
  restCommand('set')
    .description('set a variable of the environment')
    .argument('<name>')
    .argument('<value>')
    .action(async (name: string, value: string, options: RestOptions) => {
      await clientOf(options).variables.set(name, value)
      console.log(`Set '${name}'.`)
    })
