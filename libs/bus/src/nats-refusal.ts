import { AuthorizationError, UserAuthenticationExpiredError } from '@nats-io/nats-core'

const LOGIN =
  'refuses our login: check NATS_USER and NATS_PASSWORD, NATS_TOKEN, NATS_CREDS_FILE, or the user in NATS_URL'
const UNTRUSTED =
  "has a certificate that is not trusted, or not for its host name: set NATS_CA_FILE to its authority's certificates"
const CLIENT_CERTIFICATE = 'asks for a certificate of ours: set NATS_CERT_FILE and NATS_KEY_FILE'
const NO_TLS =
  'does not offer TLS: remove NATS_CA_FILE and NATS_CERT_FILE, or tls:// in NATS_URL, or set TLS up there'

/** Codes of Node for a certificate of a server. */
const untrusted =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_|UNABLE_TO_|CERT_|ERR_TLS_CERT_|HOSTNAME_MISMATCH)/

/** What to do about an error of a connection that a further try will meet again; undefined for one that may pass. */
export function natsRefusal(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AuthorizationError || cause instanceof UserAuthenticationExpiredError) return LOGIN
    const code = 'code' in cause ? String(cause.code) : ''
    if (untrusted.test(code)) return UNTRUSTED
    if (/^ERR_SSL_.*(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA)/.test(code)) return CLIENT_CERTIFICATE
    if (cause.message === "server does not support 'tls'") return NO_TLS
    if (cause.message === 'unable to parse credentials')
      return 'was not asked: NATS_CREDS_FILE is no credentials file'
  }
  return undefined
}
