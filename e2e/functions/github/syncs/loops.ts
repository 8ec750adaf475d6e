import { createSync } from '@syncline/sdk'
import { z } from 'zod'

export default createSync({
  description: 'Never gives its thread back',
  frequency: 'every hour',
  autoStart: false,
  models: { Looped: z.object({ id: z.string() }) },
  exec: async (nango) => {
    await nango.log('about to loop')
    for (;;);
  },
})
