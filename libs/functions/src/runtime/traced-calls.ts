import type { Host } from '@syncline/sandbox'
import type { CallHost } from '../host/host-api.ts'

/** Calls to the host. The error of one that is refused has the place where the function made the call. */
export function tracedCalls(host: Pick<Host, 'call'>): CallHost {
  const call = async (method: string, params: unknown, text?: string) => {
    try {
      return await host.call(method, params, text)
    } catch (error) {
      // It was made where the answer arrived, which tells nothing. From here V8 follows the calls that wait.
      if (error instanceof Error) Error.captureStackTrace(error, call)
      throw error
    }
  }
  return call as CallHost // the runner has these methods
}
