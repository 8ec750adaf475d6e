import type { Catalog } from '@syncline/catalog'

/** Environments and keys are made where there is no key yet: in the catalog itself, through NATS. */
export async function withCatalog<T>(work: (catalog: Catalog) => Promise<T>): Promise<T> {
  if (!process.env.NATS_URL)
    throw new Error('NATS_URL is not set: say where Syncline keeps its catalog, e.g. nats://localhost:4222')
  // The client of NATS takes half of a command's time to load, and few commands need it.
  const [{ connectBus }, { openCatalog }, { Nats, readVariables }] = await Promise.all([
    import('@syncline/bus'),
    import('@syncline/catalog'),
    import('@syncline/service'),
  ])
  await using bus = await connectBus(readVariables(Nats, process.env), 'cli')
  await using catalog = await openCatalog(bus, (error) => console.error(`syncline: ${error}`))
  return await work(catalog)
}
