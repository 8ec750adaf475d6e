// A runner as far as tokens go. Waits for a line on stdin, then makes its calls at once and writes how many tokens they got.
import { connectBus } from '@syncline/bus'
import { Keyring, openCatalog } from '@syncline/catalog'
import { createTokenEvents, Egress, Tokens } from '@syncline/outgoing'
import { connectRedis } from '@syncline/redis'
import { createLog } from '@syncline/service'

export interface RefreshWork {
  natsUrl: string
  redisUrl: string
  prefix: string
  keyring: string
  calls: number
}

const work: RefreshWork = JSON.parse(process.env.REFRESH_WORK ?? '{}')
await using open = new AsyncDisposableStack()
const bus = open.use(await connectBus({ url: work.natsUrl, prefix: work.prefix, replicas: 1 }, 'bench'))
const catalog = open.use(await openCatalog(bus, console.error))
const redis = open.adopt(connectRedis(work.redisUrl, console.error), (client) => client.disconnect())
const egress = open.use(new Egress({ allowHosts: ['127.0.0.1'], redirectTo: '' }))
const keyring = new Keyring(work.keyring)
const events = createTokenEvents(createLog('bench', 'silent'))
const tokens = new Tokens({ catalog, keyring, redis, redisPrefix: work.prefix, egress, events })

console.log('ready')
await new Promise((resolve) => process.stdin.once('data', resolve))
const at = { environment: 'dev', integration: 'api', connection: 'c' }
const startedAt = performance.now()
const all = await Promise.all(
  Array.from({ length: work.calls }, () => tokens.access(at, AbortSignal.timeout(60_000))),
)
const got = [...new Set(all.map(({ token }) => token?.accessToken))]
console.log(JSON.stringify({ tokens: got, ms: performance.now() - startedAt }))
process.stdin.unref()
