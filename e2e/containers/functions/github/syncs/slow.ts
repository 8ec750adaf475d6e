import { createSync } from '@syncline/sdk'
import { z } from 'zod'

// Takes four seconds, less than a runner waits for its runs when it is stopped.
export default createSync({
  description: 'A run that is under way when its runner is stopped',
  version: '1.0.0',
  frequency: 'every day',
  autoStart: false,
  models: { Slow: z.object({ id: z.string() }) },

  exec: async (nango) => {
    await new Promise((resolve) => setTimeout(resolve, 4000))
    await nango.batchSave([{ id: 'done' }], 'Slow')
  },
})
