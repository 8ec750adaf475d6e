import { type AdminOptions, adminCall, adminCommand } from '../admin-command.ts'
import { findKey } from '../find-key.ts'
import { wholeNumber } from '../whole-number.ts'

const HOUR_SECONDS = 3600

interface Options extends AdminOptions {
  env: string
  overlapHours: number
  immediately?: boolean
}

export const keyRotate = () =>
  adminCommand('rotate')
    .description('give an API key a new secret and print it')
    .argument('<key>', 'its id, its last four characters, or all of it')
    .requiredOption('--env <name>', 'environment that it opens')
    .option('--overlap-hours <n>', 'how long its old secret works', wholeNumber(0, 720), 24)
    .option('--immediately', 'its old secret works no longer')
    .action(async (text: string, { env, overlapHours, immediately, ...options }: Options) => {
      const { id: keyId } = await findKey(options, env, text)
      const { secret } = await adminCall(options, 'POST', '/environments/:environment/keys/:keyId/rotate', {
        params: { environment: env, keyId },
        body: { overlap_seconds: immediately ? 0 : overlapHours * HOUR_SECONDS },
      })
      console.log(secret)
      console.error('Keep it somewhere safe: only its hash is stored.')
    })
