import { connectBus } from '@syncline/bus'
import { RunFinished, RunOutcome } from '@syncline/proto'
import type { Syncline } from '@syncline/sdk'

/** Prints one line for each run that ends, until it is disposed of. */
export async function printRuns(
  natsUrl: string,
  client: Syncline,
  print: (line: string) => void,
): Promise<AsyncDisposable> {
  const bus = await connectBus({ url: natsUrl, prefix: 'syncline', replicas: 1 }, 'npm start')
  const names = new Map<string, string>()
  const learnNames = async () => {
    const { configs } = await client.listIntegrations()
    for (const { unique_key } of configs) {
      const { syncs } = await client.syncStatus(unique_key, '*')
      for (const { id, name, variant, connection_id } of syncs) {
        const sync = variant === 'base' ? name : `${name}::${variant}`
        names.set(id, `${unique_key}/${sync} of ${connection_id}`)
      }
    }
  }
  const nameOf = async (runId: string) => {
    const schedule = runId.slice(0, runId.lastIndexOf('-'))
    if (!names.has(schedule)) await learnNames()
    return names.get(schedule) ?? `run ${runId}`
  }
  bus.connection.subscribe(`${bus.prefix}.event.run.finished.>`, {
    callback: (error, message) => {
      if (error) return
      const run = RunFinished.decode(message.data)
      const time = new Date(run.finishedAtMs).toLocaleTimeString('en-GB')
      void nameOf(run.runId)
        .catch(() => `run ${run.runId}`)
        .then((name) => print(`${time}  ${name}: ${resultOf(run)}`))
    },
  })
  return bus
}

function resultOf({ outcome, error, counts }: RunFinished): string {
  if (outcome !== RunOutcome.SUCCESS) return error
  const changes = counts.flatMap(({ model, ...count }) => {
    const parts = Object.entries(count).filter(([, n]) => n > 0)
    return parts.length > 0 ? [`${model} ${parts.map(([what, n]) => `${n} ${what}`).join(', ')}`] : []
  })
  return changes.join('; ') || 'nothing changed'
}
