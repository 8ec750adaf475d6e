import { Syncline } from '@syncline/sdk'
import { Command, Option } from 'commander'

export interface AdminOptions {
  url: string
  adminKey?: string
}

/** A command that calls the REST API with the admin key: for environments and keys. */
export function adminCommand(name: string): Command {
  return new Command(name)
    .addOption(new Option('--url <url>', 'of the API').env('SYNCLINE_URL').default('http://localhost:3003'))
    .addOption(new Option('--admin-key <key>', 'SYNCLINE_ADMIN_KEY of the gateway').env('SYNCLINE_ADMIN_KEY'))
}

export function adminClientOf({ url, adminKey }: AdminOptions): Syncline {
  if (!adminKey)
    throw new Error('no admin key: set SYNCLINE_ADMIN_KEY as the gateway has it, or give --admin-key')
  return new Syncline({ secretKey: adminKey, host: url })
}
