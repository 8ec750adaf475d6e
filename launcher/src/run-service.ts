// pnpm service <name> [--inspect | --inspect-brk]: one service of the system that `npm start -- --without <name>` runs,
// in this terminal, from its sources. Variables of the shell, such as LOG_LEVEL=debug, apply too.
import inspector from 'node:inspector'
import { parseArgs } from 'node:util'
import { takePort } from '@syncline/embedded'
import { isRunning, readAdminKey, readDevFile, readKeyring } from './dev-file.ts'
import { mainOf, services } from './service-process.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { inspect: { type: 'boolean' }, 'inspect-brk': { type: 'boolean' } },
})
try {
  const name = services.find((service) => service === positionals[0])
  if (!name)
    throw new Error(
      `usage: pnpm service ${services.join(' | ')} [--inspect | --inspect-brk (waits for a debugger)]`,
    )
  const system = readDevFile()
  if (!system || !(await isRunning(system)))
    throw new Error(`no system runs: start it with npm start -- --without ${name}`)
  if (system.pids[name])
    throw new Error(
      `${name} runs already as process ${system.pids[name]}: restart with npm start -- --without ${name}`,
    )
  Object.assign(process.env, system.services[name], {
    SYNCLINE_KEYRING: readKeyring(),
    ...(name === 'gateway' && { SYNCLINE_ADMIN_KEY: readAdminKey() }),
    OPS_PORT: String(await takePort(`the health check of ${name}`)),
  })
  const wait = values['inspect-brk'] ?? false
  if (values.inspect || wait) inspector.open(undefined, undefined, wait)
  await import(mainOf(name))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
