import { createSync } from '@syncline/sdk'
import { z } from 'zod'

export default createSync({
  description: 'Saves something, then fails',
  frequency: 'every hour',
  autoStart: false,
  models: { Thing: z.object({ id: z.string() }) },
  exec: async (nango) => {
    await nango.batchSave([{ id: 'saved before' }], 'Thing')
    throw new Error('the moon is in the wrong phase')
  },
})
