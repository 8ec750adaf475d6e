import { createSync } from '@syncline/sdk'
import { z } from 'zod'

export default createSync({
  description: 'Saves to a model that it does not declare',
  frequency: 'every hour',
  autoStart: false,
  models: { Known: z.object({ id: z.string() }) },
  exec: async (nango) => {
    // What TypeScript refuses, JavaScript does.
    await nango.batchSave([{ id: '1' }], 'Other' as 'Known')
  },
})
