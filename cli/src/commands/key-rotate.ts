import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { findKey } from '../find-key.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { wholeNumber } from '../whole-number.ts'

const HOUR_SECONDS = 3600

interface Options extends AdminOptions, JsonOptions {
  env: string
  overlapHours: number
  immediately?: boolean
}

export const keyRotate = () =>
  adminCommand('rotate')
    .description(routeSummary('rotateKey'))
    .argument('<key>', 'its id, its last four characters, or all of it')
    .requiredOption('--env <name>', 'environment that it opens')
    .option('--overlap-hours <n>', 'how long its old secret works', wholeNumber(0, 720), 24)
    .option('--immediately', 'its old secret works no longer')
    .addOption(jsonOption())
    .action(async (text: string, { env, overlapHours, immediately, ...options }: Options) => {
      const client = adminClientOf(options)
      const { id } = await findKey(client, env, text)
      const overlapSeconds = immediately ? 0 : overlapHours * HOUR_SECONDS
      const rotated = await client.keys.rotate(env, id, { overlapSeconds })
      show(options, rotated, ({ secret }) => secret)
      console.error('Keep it somewhere safe: only its hash is stored.')
    })
