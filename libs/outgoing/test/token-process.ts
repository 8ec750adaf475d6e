// A runner as far as tokens go, as a process of its own. Reads what to do from TOKEN_PROCESS, writes a line of JSON, and stays.
import { AppError } from '@syncline/errors'
import { openTokenWorld, type Place, type TokenWorldConfig } from './token-world.ts'

export interface TokenProcess {
  config: TokenWorldConfig
  at: Place
  /** At the same time. */
  calls: number
  /** The catalog takes no change of a connection: the process is between the answer of the server and the store. */
  hangsAtStore?: boolean
}

const { config, at, calls, hangsAtStore }: TokenProcess = JSON.parse(process.env.TOKEN_PROCESS ?? '{}')
const world = await openTokenWorld(config)
if (hangsAtStore) {
  world.catalog.connections.update = () => {
    console.log(JSON.stringify({ storing: true }))
    return new Promise(() => {})
  }
}
console.log(JSON.stringify({ ready: true }))
await new Promise((resolve) => process.stdin.once('data', resolve))
const all = await Promise.all(
  Array.from({ length: calls }, async () => {
    try {
      return (await world.tokens.access(at, AbortSignal.timeout(60_000))).token?.accessToken
    } catch (error) {
      return error instanceof AppError ? `${error.code}: ${error.message}` : String(error)
    }
  }),
)
console.log(JSON.stringify({ tokens: all }))
setInterval(() => {}, 60_000)
