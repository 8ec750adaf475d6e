import { createSync } from '@syncline/sdk'
import { z } from 'zod'

const PAGES = 4

/** From its second run on, all pages but the first fail, and it does not care. */
export default createSync({
  description: 'Swallows the errors of pages',
  frequency: 'every day',
  autoStart: false,
  models: { Item: z.object({ id: z.string() }) },
  checkpoint: z.object({ runs: z.number() }),
  exec: async (nango) => {
    const { runs } = (await nango.getCheckpoint()) ?? { runs: 0 }
    await nango.trackDeletesStart('Item')
    for (let page = 0; page < PAGES; page++) {
      try {
        if (runs > 0 && page > 0) throw new Error('503')
        await nango.batchSave(
          Array.from({ length: 50 }, (_, i) => ({ id: `${page}-${i}` })),
          'Item',
        )
      } catch {}
    }
    await nango.trackDeletesEnd('Item')
    await nango.saveCheckpoint({ runs: runs + 1 })
  },
})
