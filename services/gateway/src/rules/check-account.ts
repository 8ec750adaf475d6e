import type { Credentials } from '@syncline/catalog'
import { InvalidRequest } from '../http/invalid-request.ts'

/** Token-based authorization names the account in each request: without it nobody could use the credentials. */
export function checkAccount({ type }: Credentials, config: Record<string, unknown> = {}): void {
  const { accountId } = config
  if (type !== 'TBA' || (typeof accountId === 'string' && accountId !== '')) return
  throw InvalidRequest.body(
    ['connection_config', 'accountId'],
    'TBA credentials need the id of their account',
  )
}
