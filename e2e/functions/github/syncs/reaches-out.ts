import { createSync } from '@syncline/sdk'
import { z } from 'zod'

export default createSync({
  description: 'Tries what a function may not',
  frequency: 'every hour',
  autoStart: false,
  models: { Reached: z.object({ id: z.string() }) },
  exec: async (nango) => {
    const attempts: Record<string, () => unknown> = {
      metadata: () => nango.get({ endpoint: '/', baseUrlOverride: 'http://169.254.169.254' }),
      records: () => nango.get({ endpoint: '/', baseUrlOverride: 'http://127.0.0.1:1' }),
      fetch: () => fetch('http://127.0.0.1:1'),
      environment: async () => {
        if (Object.keys(process.env).some((name) => /NATS|KEYRING|URL/.test(name))) return
        throw new Error('nothing there')
      },
      files: async () => process.getBuiltinModule('fs').readFileSync('/etc/passwd'),
      processes: async () => process.getBuiltinModule('child_process').execSync('id'),
    }
    const through: string[] = []
    for (const [name, attempt] of Object.entries(attempts)) {
      await Promise.resolve()
        .then(attempt)
        .then(
          () => through.push(name),
          () => undefined,
        )
    }
    await nango.batchSave(
      through.map((id) => ({ id })),
      'Reached',
    )
    await nango.log(`got through: ${through.length}`)
  },
})
