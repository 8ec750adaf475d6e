import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'

interface Options extends RestOptions, JsonOptions {
  connection?: string
  integration?: string
}

export const providerCheck = () =>
  restCommand('check')
    .description('check a provider file, and with a connection, make its verify request')
    .argument('<file>', 'such as providers/acme.yaml')
    .option('--connection <id>', 'whose credentials the verify request has')
    .option('--integration <key>', 'of the connection; the name of the provider by default')
    .addOption(jsonOption())
    .action(async (path: string, { connection, integration, ...options }: Options) => {
      const { readProviderFiles } = await import('../read-providers.ts')
      const { files, unknownParents } = await readProviderFiles([path])
      const [file] = files
      if (file === undefined) return
      if (connection === undefined) {
        const [parent] = unknownParents
        const parentNote = parent
          ? ` It extends '${parent}', which does not come with Syncline: what it has from there is checked when it is deployed.`
          : ''
        const valid = { valid: true, name: file.name, unknown_parent: parent ?? null }
        return show(options, valid, () => `${path}: provider '${file.name}' is valid.${parentNote}`)
      }
      const answer = await clientOf(options).providers.verify({
        provider: file,
        providerConfigKey: integration ?? file.name,
        connectionId: connection,
      })
      const { ok, request, status, ms, reason, body } = answer
      show(options, answer, () =>
        [`${request}: ${status ?? 'no answer'} in ${ms} ms`, ...(body ? [body] : [])].join('\n'),
      )
      if (!ok) throw new Error(`connection '${connection}' does not work with ${path}: ${reason}`)
      if (!options.json) console.log(`Connection '${connection}' works with ${path}.`)
    })
