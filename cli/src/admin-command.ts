import { readFileSync } from 'node:fs'
import { Syncline } from '@syncline/sdk'
import { Command, Option } from 'commander'

export interface AdminOptions {
  url: string
  adminKey?: string
  adminKeyFile?: string
}

/** A command that calls the REST API with the admin key: for environments and keys. */
export function adminCommand(name: string): Command {
  return new Command(name)
    .addOption(new Option('--url <url>', 'of the API').env('SYNCLINE_URL').default('http://localhost:3003'))
    .addOption(new Option('--admin-key <key>', 'SYNCLINE_ADMIN_KEY of the gateway').env('SYNCLINE_ADMIN_KEY'))
    .addOption(new Option('--admin-key-file <file>', 'the file that holds it').env('SYNCLINE_ADMIN_KEY_FILE'))
}

export function adminClientOf({ url, adminKey, adminKeyFile }: AdminOptions): Syncline {
  const secretKey = adminKey || (adminKeyFile && readFileSync(adminKeyFile, 'utf8').trim())
  if (!secretKey)
    throw new Error(
      'no admin key: set SYNCLINE_ADMIN_KEY as the gateway has it, or SYNCLINE_ADMIN_KEY_FILE to the file that holds it',
    )
  return new Syncline({ secretKey, host: url })
}
