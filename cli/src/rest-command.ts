import { Syncline } from '@syncline/sdk'
import { Command, Option } from 'commander'

export interface RestOptions {
  url: string
  key?: string
}

/** A command that calls the REST API of one environment. */
export function restCommand(name: string): Command {
  return new Command(name)
    .addOption(new Option('--url <url>', 'of the API').env('SYNCLINE_URL').default('http://localhost:3003'))
    .addOption(new Option('--key <key>', 'of the environment').env('SYNCLINE_KEY'))
}

export function clientOf({ url, key }: RestOptions): Syncline {
  if (!key) throw new Error('no key: set SYNCLINE_KEY, or give --key')
  return new Syncline({ secretKey: key, host: url })
}
