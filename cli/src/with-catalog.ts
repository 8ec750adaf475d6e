import { connectBus } from '@syncline/bus'
import { type Catalog, openCatalog } from '@syncline/catalog'

/** Environments and keys are made where there is no key yet: in the catalog itself, through NATS. */
export async function withCatalog<T>(work: (catalog: Catalog) => Promise<T>): Promise<T> {
  const { NATS_URL: url, NATS_PREFIX: prefix = 'syncline', NATS_REPLICAS: replicas = '1' } = process.env
  if (!url)
    throw new Error('NATS_URL is not set: say where Syncline keeps its catalog, e.g. nats://localhost:4222')
  await using bus = await connectBus({ url, prefix, replicas: Number(replicas) }, 'cli')
  await using catalog = await openCatalog(bus, (error) => console.error(`syncline: ${error}`))
  return await work(catalog)
}
