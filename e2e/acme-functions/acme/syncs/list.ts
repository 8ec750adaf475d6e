import { createSync } from '@syncline/sdk'
import { z } from 'zod'

/** Lists what the metadata says, within a pass of delete detection. */
export default createSync({
  description: 'A list of items',
  frequency: 'every day',
  autoStart: false,
  models: { Item: z.object({ id: z.string() }) },
  metadata: z.object({
    endpoint: z.string(),
    paginate: z.record(z.string(), z.unknown()).optional(),
    retries: z.number().optional(),
    /** Go on after an error, as careless functions do. */
    swallow: z.boolean().optional(),
  }),
  exec: async (nango) => {
    const { endpoint, paginate, retries = 0, swallow = false } = await nango.getMetadata()
    await nango.trackDeletesStart('Item')
    try {
      const pages = nango.paginate<{ id: string }>({ endpoint, retries, ...(paginate && { paginate }) })
      for await (const page of pages) await nango.batchSave(page, 'Item')
    } catch (error) {
      if (!swallow) throw error
    }
    await nango.trackDeletesEnd('Item')
  },
})
