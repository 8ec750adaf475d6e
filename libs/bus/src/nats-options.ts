import { readFileSync } from 'node:fs'
import { type Authenticator, credsAuthenticator } from '@nats-io/nats-core'
import type { NodeConnectionOptions } from '@nats-io/transport-node'
import { withoutSecrets } from '@syncline/errors'

/** How NATS is reached. What is empty is not used. */
export interface NatsAddress {
  /** URLs separated by commas. A user, or a token, may stand in the first. */
  url: string
  user?: string
  password?: string
  token?: string
  credsFile?: string
  caFile?: string
  certFile?: string
  keyFile?: string
}

type Login = Pick<NodeConnectionOptions, 'user' | 'pass' | 'token' | 'authenticator'>

export function natsOptions(address: NatsAddress): NodeConnectionOptions {
  const urls = urlsOf(address.url)
  return { servers: urls.map(({ host }) => host), ...tlsOf(urls, address), ...loginOf(urls, address) }
}

function urlsOf(urls: string): URL[] {
  try {
    return urls
      .split(',')
      .map((text) => new URL(text.includes('://') ? text.trim() : `nats://${text.trim()}`))
  } catch {
    throw malformed(urls)
  }
}

/** The client reads no user and password out of URLs. Those of the first server count for all. */
function loginOf([first]: URL[], { url, user, password, token, credsFile }: NatsAddress): Login {
  if (credsFile) return { authenticator: authenticatorOf(credsFile) }
  if (token) return { token }
  if (user) return { user, pass: password ?? '' }
  try {
    const name = decodeURIComponent(first?.username ?? '')
    const pass = decodeURIComponent(first?.password ?? '')
    return name === '' ? {} : pass === '' ? { token: name } : { user: name, pass }
  } catch {
    throw malformed(url)
  }
}

/** Read for each connection: credentials that are renewed on disk are used by the next reconnect. */
function authenticatorOf(file: string): Authenticator {
  return credsAuthenticator(() => readFileSync(file))
}

/** Without its cause, which holds the text. */
function malformed(urls: string): Error {
  return new Error(
    `NATS_URL '${withoutSecrets(urls)}' must be a list of URLs such as nats://me:secret@host:4222, percent-encoded`,
  )
}

/** Without a setting the client uses TLS where the server offers it; with one it never goes without. */
function tlsOf(urls: URL[], { caFile, certFile, keyFile }: NatsAddress): Pick<NodeConnectionOptions, 'tls'> {
  const files = {
    ...(caFile && { caFile }),
    ...(certFile && { certFile }),
    ...(keyFile && { keyFile }),
  }
  const wanted = urls.some(({ protocol }) => protocol === 'tls:') || Object.keys(files).length > 0
  return wanted ? { tls: files } : {}
}
