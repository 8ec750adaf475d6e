import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

/** How the token endpoint misbehaves. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>

export const CLIENT = { client_id: 'app', client_secret: 'shh: & %+!' }

/**
 * A certified authorization server, and an API that its tokens open. Refresh tokens are replaced with each use; one that is used again
 * ends all tokens of its grant.
 */
export interface AuthorizationServer extends AsyncDisposable {
  url: string
  /** Paths of the requests to the token endpoint. */
  tokenRequests: string[]
  /** Access tokens that the API was called with. */
  apiTokens: string[]
  /** What happens to the next token requests, in order; after them all is well. `true`: it was answered. */
  faults: Fault[]
  lifetimeS: number
  /** A new grant, as a person would give it in a browser. */
  authorize(clientId?: string): Promise<{ refresh_token: string; grantId: string }>
  /** As when a person takes the grant back. */
  revoke(grantId: string): Promise<void>
}

export async function startAuthorizationServer(keys: object[] = []): Promise<AuthorizationServer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
  const at: Omit<AuthorizationServer, typeof Symbol.asyncDispose> = {
    url,
    tokenRequests: [],
    apiTokens: [],
    faults: [],
    lifetimeS: 3600,
    async authorize(clientId = 'app') {
      const grant = new provider.Grant({ accountId: 'user', clientId })
      grant.addOIDCScope('openid offline_access')
      const grantId = await grant.save()
      const client = await provider.Client.find(clientId)
      if (!client) throw new Error(`no client '${clientId}'`)
      const token = new provider.RefreshToken({
        client,
        accountId: 'user',
        grantId,
        gty: 'authorization_code',
        scope: 'openid offline_access',
        ...{ claims: {}, authTime: 1, sessionUid: 's', expiresWithSession: false },
      } as ConstructorParameters<typeof provider.RefreshToken>[0])
      return { refresh_token: await token.save(), grantId }
    },
    async revoke(grantId) {
      const grant = await provider.Grant.find(grantId)
      await grant?.destroy()
      await provider.RefreshToken.revokeByGrantId(grantId)
    },
  }
  const web = { redirect_uris: ['https://app.test/cb'], grant_types: ['authorization_code', 'refresh_token'] }
  const machine = {
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials'],
    id_token_signed_response_alg: 'RS256' as const,
  }
  const provider = new Provider(url, {
    clients: [
      { ...CLIENT, ...web, token_endpoint_auth_method: 'client_secret_post' },
      { ...CLIENT, client_id: 'basic', ...web, token_endpoint_auth_method: 'client_secret_basic' },
      { ...CLIENT, client_id: 'machine', ...machine, token_endpoint_auth_method: 'client_secret_basic' },
      {
        client_id: 'signed',
        ...machine,
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys },
      },
    ] as never,
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    clientBasedCORS: () => false,
    findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    ttl: {
      AccessToken: () => at.lifetimeS,
      ClientCredentials: () => at.lifetimeS,
      RefreshToken: 86_400,
      Grant: 86_400,
      IdToken: 3600,
    },
    cookies: { keys: ['test'] },
  })
  const handle = provider.callback()
  server.on('request', async (request, response) => {
    if (request.url === '/api') {
      const text = request.headers.authorization?.replace('Bearer ', '') ?? ''
      const token = (await provider.AccessToken.find(text)) ?? (await provider.ClientCredentials.find(text))
      at.apiTokens.push(text)
      response.writeHead(token ? 200 : 401, { 'content-type': 'application/json' }).end('{"ok":true}')
      return
    }
    at.tokenRequests.push(request.url ?? '')
    const fault = at.faults.shift()
    if (fault && (await fault(request, response))) return
    handle(request, response)
  })
  return {
    ...at,
    get lifetimeS() {
      return at.lifetimeS
    },
    set lifetimeS(seconds) {
      at.lifetimeS = seconds
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export const answers =
  (status: number, body: string | object, headers: Record<string, string> = {}): Fault =>
  (_, response) => {
    const type = typeof body === 'string' ? 'text/html' : 'application/json'
    response
      .writeHead(status, { 'content-type': type, ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body))
    return true
  }
