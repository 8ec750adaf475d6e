import { createSync } from '@syncline/sdk'
import { z } from 'zod'

export default createSync({
  description: 'Copies the list of the source, and deletes what is not in it any more',
  frequency: 'every hour',
  autoStart: false,
  models: { Thing: z.looseObject({ id: z.string() }) },
  exec: async (nango) => {
    await nango.trackDeletesStart('Thing')
    const { data } = await nango.get<{ id: string }[]>({ endpoint: '/things' })
    await nango.batchSave(data, 'Thing')
    await nango.trackDeletesEnd('Thing')
  },
})
