import { connectBus } from '@syncline/bus'
import { namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { Bucket } from '../src/bucket.ts'
import { checkCatalogSchema } from '../src/catalog-schema.ts'
import { openCatalog } from '../src/index.ts'

const onError = (error: unknown) => {
  throw error
}

test('an older build refuses a catalog that a newer one has written', async () => {
  const prefix = namespace()
  await using bus = await connectBus({ url: servers().nats.url, prefix, replicas: 1 }, 'test')
  {
    await using _catalog = await openCatalog(bus, onError)
    await using _again = await openCatalog(bus, onError)
  }
  const { kv } = await Bucket.open(bus, `${prefix}_catalog`)
  await Promise.all([checkCatalogSchema(kv, 7), checkCatalogSchema(kv, 7)])
  await expect(openCatalog(bus, onError)).rejects.toThrow(
    /the catalog in NATS has schema 7, this build knows up to \d+: a newer build has written it/,
  )
  await expect(checkCatalogSchema(kv, 6)).rejects.toThrow('schema 7')
})
