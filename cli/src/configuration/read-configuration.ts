import type { Syncline } from '@syncline/sdk'
import type { Configuration, ConfiguredSchedule } from './configuration.ts'

/** What an environment is configured with now, and which syncs are deployed: `<integration>/<sync>`. */
export interface Present extends Configuration {
  syncs: Set<string>
}

export async function readConfiguration(
  client: Syncline,
  { secrets }: { secrets: boolean },
): Promise<Present> {
  const [{ environment, ...configured }, connections, { syncs }, schedules] = await Promise.all([
    client.configuration.get({ secrets }),
    Array.fromAsync(client.configuration.iterateConnections({ secrets })),
    client.deployments.list(),
    Array.fromAsync(client.schedules.iterate()),
  ])
  const frequencies = new Map(syncs.map((it) => [`${it.provider_config_key}/${it.name}`, it.frequency]))
  const { name: _, ...limits } = environment
  const silent = schedules.find(({ status }) => status === null)
  if (silent) throw new Error('the scheduler does not answer now: nobody tells which schedules are paused')
  return {
    version: 1,
    environment: limits,
    ...configured,
    connections,
    schedules: schedules
      .map((it): ConfiguredSchedule => {
        const usual = frequencies.get(`${it.provider_config_key}/${it.name}`)
        return {
          ...{ provider_config_key: it.provider_config_key, connection_id: it.connection_id },
          ...{ sync_name: it.name, variant: it.variant },
          frequency: it.frequency === usual ? null : it.frequency,
          paused: it.status === 'PAUSED',
        }
      })
      .filter(({ variant, frequency, paused }) => variant !== 'base' || frequency !== null || paused),
    syncs: new Set(frequencies.keys()),
  }
}
