import { createSync } from '@syncline/sdk'
import { z } from 'zod'

export default createSync({
  description: 'Keeps everything',
  frequency: 'every hour',
  autoStart: false,
  models: { Thing: z.object({ id: z.string() }) },
  exec: async () => {
    const kept: number[][] = []
    for (;;) kept.push(Array.from({ length: 100_000 }, (_, n) => n + 0.5))
  },
})
