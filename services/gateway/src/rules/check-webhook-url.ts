import type { Egress } from '@syncline/outgoing'
import { InvalidRequest } from '../http/invalid-request.ts'

/** Refuses a URL that no request may go to. A name is looked up when it is called, so it may be refused then. */
export function checkWebhookUrl(egress: Egress, text: string | undefined): void {
  if (!text) return
  try {
    egress.check(new URL(text))
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw InvalidRequest.body(['webhook_url_override'], `webhook_url_override: ${error.message}`)
  }
}
