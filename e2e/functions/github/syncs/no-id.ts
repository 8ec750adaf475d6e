import { createSync } from '@syncline/sdk'
import { z } from 'zod'

export default createSync({
  description: 'Saves a record without id',
  frequency: 'every hour',
  autoStart: false,
  models: { Nameless: z.object({ id: z.string() }) },
  exec: async (nango) => {
    const records = [{ id: '1' }, { name: 'nobody' }] as { id: string }[]
    await nango.batchSave(records, 'Nameless')
  },
})
