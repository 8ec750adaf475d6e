import { Event, eventData } from '@syncline/api'
import { connectBus } from '@syncline/bus'

/** Prints one line for each run that ends, until it is disposed of. */
export async function printRuns(natsUrl: string, print: (line: string) => void): Promise<AsyncDisposable> {
  const bus = await connectBus({ url: natsUrl, prefix: 'syncline', replicas: 1 }, 'npm start')
  bus.connection.subscribe(`${bus.prefix}.event.run.ended.>`, {
    callback: (error, message) => {
      const line = error ? undefined : lineOf(message.string())
      if (line !== undefined) print(line)
    },
  })
  return bus
}

/** Undefined: it is no event that this version knows. */
export function lineOf(json: string): string | undefined {
  const run = dataOf(json)
  if (!run) return undefined
  const time = new Date(run.finished_at).toLocaleTimeString('en-GB')
  const sync = run.variant === 'base' ? run.sync : `${run.sync}::${run.variant}`
  return `${time}  ${run.provider_config_key}/${sync} of ${run.connection_id}: ${run.error || changesOf(run.result)}`
}

function dataOf(json: string) {
  try {
    return eventData['run.ended'].parse(Event.parse(JSON.parse(json)).data)
  } catch {
    return undefined
  }
}

function changesOf(result: { [model: string]: { added: number; updated: number; deleted: number } }): string {
  const changes = Object.entries(result).flatMap(([model, count]) => {
    const parts = Object.entries(count).filter(([, n]) => n > 0)
    return parts.length > 0 ? [`${model} ${parts.map(([what, n]) => `${n} ${what}`).join(', ')}`] : []
  })
  return changes.join('; ') || 'nothing changed'
}
