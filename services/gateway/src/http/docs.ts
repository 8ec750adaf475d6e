import { randomBytes } from 'node:crypto'
import reference from '@scalar/fastify-api-reference'
import { openApi } from '@syncline/api'
import type { FastifyInstance } from 'fastify'

/** The contract as OpenAPI at `/openapi.json`, and as a page for people at `/docs/api`. Both need no key. */
export function registerDocs(app: FastifyInstance, limits: { records: number }): void {
  const document = JSON.stringify(openApi(limits))
  app.get('/openapi.json', (_request, reply) => reply.type('application/json').send(document))
  app.register(async (page) => {
    // One for the life of the process: the page holds nothing that another visitor has written.
    const nonce = randomBytes(16).toString('base64')
    const policy = contentSecurityPolicy(nonce)
    page.addHook('onRequest', async (_request, reply) => void reply.header('content-security-policy', policy))
    await page.register(reference, {
      routePrefix: '/docs/api',
      configuration: {
        url: '/openapi.json',
        pageTitle: 'Syncline API',
        nonce,
        // All of these would call hosts of Scalar.
        telemetry: false,
        withDefaultFonts: false,
        agent: { disabled: true },
        mcp: { disabled: true },
        hideClientButton: true,
        showDeveloperTools: 'never',
      },
    })
  })
}

/** The browser calls no other host, whatever the page asks for. Vue sets styles of elements. */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}
