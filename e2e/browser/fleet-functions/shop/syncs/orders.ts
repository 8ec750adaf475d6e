import { createSync } from '@syncline/sdk'
import { z } from 'zod'

/** Saves some records without a request, or fails as its connection's metadata says. */
export default createSync({
  description: 'Orders of a shop',
  version: '1.0.0',
  frequency: 'every day',
  models: { Order: z.object({ id: z.string(), total: z.number() }) },
  metadata: z.object({ fails: z.boolean().optional() }),
  checkpoint: z.object({ page: z.number() }),
  exec: async (nango) => {
    const { fails = false } = await nango.getMetadata()
    const page = ((await nango.getCheckpoint())?.page ?? 0) + 1
    await nango.batchSave([{ id: 'first', total: page }], 'Order')
    await nango.saveCheckpoint({ page })
    if (fails) throw new Error('the shop has no currency')
  },
})
