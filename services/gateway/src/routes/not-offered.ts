import { AppError } from '@syncline/errors'
import type { Handler } from '../http/handler.ts'

const INSTEAD =
  'make the connection with POST /connections from credentials that you have, or let your own app give tokens on demand (auth `callback`): see docs/guides/credentials.md'

const refuse = (what: string, instead: string) => async (): Promise<never> => {
  throw new AppError('not_offered', `${what} are not offered: ${instead}`)
}

const sessions = refuse('connect sessions (hosted login pages)', INSTEAD)

const compiled = refuse(
  'deployments of code that was compiled for another engine',
  'run `syncline deploy` in the folder of your functions: it bundles them from source',
)

export const deployCompiled: Handler<'deployCompiled'> = compiled
export const confirmCompiled: Handler<'confirmCompiled'> = compiled

export const createConnectSession: Handler<'createConnectSession'> = sessions
export const updateConnectSession: Handler<'updateConnectSession'> = sessions
export const deleteConnectSession: Handler<'deleteConnectSession'> = sessions
export const reconnectSession: Handler<'reconnectSession'> = refuse(
  'connect sessions (hosted login pages)',
  'POST /connections with the same connection_id gives the connection new credentials',
)
export const quickstartIntegration: Handler<'quickstartIntegration'> = refuse(
  'integrations with shared credentials',
  'register your own app with POST /integrations',
)
