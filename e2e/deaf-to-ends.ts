import { RunsDefinition, type RunsServiceImplementation } from '@syncline/proto'
import { connect, serve } from '@syncline/rpc'

/** Stands before a scheduler and passes everything on but the ends of attempts: those are never answered. */
export async function startDeafToEnds(scheduler: string) {
  await using open = new AsyncDisposableStack()
  const client = open.use(connect(scheduler)).client(RunsDefinition)
  const held = { ends: 0 }
  const calls: RunsServiceImplementation = {
    takeRuns: (request) => client.takeRuns(request),
    heartbeat: (request) => client.heartbeat(request),
    saveCheckpoint: (request) => client.saveCheckpoint(request),
    endAttempt: (_, { signal }) => {
      held.ends++
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
  }
  const onFault = (path: string, error: unknown) => console.error(path, error)
  const server = open.use(await serve('127.0.0.1:0', (rpc) => rpc.add(RunsDefinition, calls), onFault))
  const owned = open.move()
  return {
    address: `127.0.0.1:${server.port}`,
    held,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
