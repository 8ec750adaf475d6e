import { connectBus } from '@syncline/bus'
import { hashApiKey, newApiKey, openCatalog } from '@syncline/catalog'

/** An environment with a key, made as `syncline env create` and `syncline key create` make them. A known key stays. */
export async function prepareEnvironment(natsUrl: string, name: string, knownKey?: string): Promise<string> {
  await using bus = await connectBus({ url: natsUrl, prefix: 'syncline', replicas: 1 }, 'prepare')
  await using catalog = await openCatalog(bus, (error) => {
    throw error
  })
  const createdAt = new Date().toISOString()
  if (!(await catalog.environments.find(name))) await catalog.environments.create({ name, createdAt }, name)
  if (knownKey && (await catalog.apiKeys.find(hashApiKey(knownKey)))) return knownKey
  const key = newApiKey(name)
  const hash = hashApiKey(key)
  await catalog.apiKeys.create(
    { hash, environment: name, label: 'npm start', hint: key.slice(-4), createdAt },
    hash,
  )
  return key
}
