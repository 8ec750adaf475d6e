import { createSync } from '@syncline/sdk'
import { z } from 'zod'

export default createSync({
  description: 'Keeps everything',
  frequency: 'every hour',
  autoStart: false,
  models: { Eaten: z.object({ id: z.string() }) },
  exec: async () => {
    const kept: number[][] = []
    // Large pieces, so that it is out of memory long before it counts as blocked.
    for (let n = 0.5; ; n++) kept.push(new Array<number>(1_000_000).fill(n))
  },
})
