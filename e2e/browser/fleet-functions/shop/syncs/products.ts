import { createSync } from '@syncline/sdk'
import { z } from 'zod'

/** Saves some records without a request, or fails as its connection's metadata says. */
export default createSync({
  description: 'Products of a shop',
  version: '1.0.0',
  frequency: 'every day',
  models: { Product: z.object({ id: z.string(), price: z.number() }) },
  metadata: z.object({ fails: z.boolean().optional() }),
  checkpoint: z.object({ page: z.number() }),
  exec: async (nango) => {
    const { fails = false } = await nango.getMetadata()
    const page = ((await nango.getCheckpoint())?.page ?? 0) + 1
    await nango.batchSave([{ id: 'first', price: page }], 'Product')
    await nango.saveCheckpoint({ page })
    if (fails) throw new Error('the shop has no currency')
  },
})
