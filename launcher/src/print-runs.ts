import { connectBus, subjects } from '@syncline/bus'
import type { EventData } from '@syncline/events'

/** Prints one line for each run that ends, until it is disposed of. */
export async function printRuns(natsUrl: string, print: (line: string) => void): Promise<AsyncDisposable> {
  const bus = await connectBus({ url: natsUrl, prefix: 'syncline', replicas: 1 }, 'npm start')
  bus.connection.subscribe(`${bus.prefix}.event.run.ended.*`, {
    callback: (error, message) => {
      const line = error ? undefined : lineOf(message.data)
      if (line !== undefined) print(line)
    },
  })
  return bus
}

/** Undefined: it is no event that this version knows. */
export function lineOf(message: Uint8Array): string | undefined {
  const run = runEnded(message)
  if (run === undefined) return undefined
  const time = new Date(run.finished_at).toLocaleTimeString('en-GB')
  const sync = run.variant === 'base' ? run.sync : `${run.sync}::${run.variant}`
  return `${time}  ${run.provider_config_key}/${sync} of ${run.connection_id}: ${resultOf(run)}`
}

function runEnded(message: Uint8Array): EventData<'run.ended'> | undefined {
  try {
    const event = subjects.event.codec.decode(message)
    return event.type === 'run.ended' ? event.data : undefined
  } catch {
    return undefined
  }
}

function resultOf({ outcome, error, result }: EventData<'run.ended'>): string {
  if (outcome !== 'success') return error || outcome
  const changes = Object.entries(result).flatMap(([model, count]) => {
    const parts = Object.entries(count).filter(([, n]) => n > 0)
    return parts.length > 0 ? [`${model} ${parts.map(([what, n]) => `${n} ${what}`).join(', ')}`] : []
  })
  return changes.join('; ') || 'nothing changed'
}
