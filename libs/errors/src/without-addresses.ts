/** Of Node: `connect ECONNREFUSED 10.0.0.2:6379`, `getaddrinfo ENOTFOUND redis`, `read ECONNRESET`. */
const SYSTEM_ERROR =
  /[:;]? *\b(?:connect|getaddrinfo|read|write|send)\w* E[A-Z_]{3,}(?: [\w.:[\]/-]+)?(?: - Local \([^)]*\))?/g
const IP = /(?:\b(?:\d{1,3}\.){3}\d{1,3}\b|\[[\da-f:]*:[\da-f:.]*\])(?::\d+)?/gi
const URL = /\b(?:nats|tls|rediss?|https?|dns):\/\/[^\s'",;)]+/g

/** A message for a customer about a server of ours: without what says where that server is. The log has it. */
export function withoutAddresses(message: string): string {
  return message.replace(SYSTEM_ERROR, '').replace(URL, '…').replace(IP, '…')
}
