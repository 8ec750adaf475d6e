import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'

interface Options extends RestOptions {
  connection?: string
  integration?: string
}

export const providerCheck = () =>
  restCommand('check')
    .description('check a provider file, and with a connection, make its verify request')
    .argument('<file>', 'such as providers/acme.yaml')
    .option('--connection <id>', 'whose credentials the verify request has')
    .option('--integration <key>', 'of the connection; the name of the provider by default')
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
        console.log(`${path}: provider '${file.name}' is valid.${parentNote}`)
        return
      }
      const answer = await clientOf(options).providers.verify({
        provider: file,
        providerConfigKey: integration ?? file.name,
        connectionId: connection,
      })
      const { ok, request, status, ms, reason, body } = answer
      console.log(`${request}: ${status ?? 'no answer'} in ${ms} ms`)
      if (body) console.log(body)
      if (!ok) throw new Error(`connection '${connection}' does not work with ${path}: ${reason}`)
      console.log(`Connection '${connection}' works with ${path}.`)
    })
