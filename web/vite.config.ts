import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

// `pnpm web:dev` serves the sources and passes the calls of the API on to a gateway that runs.
const gateway = process.env.SYNCLINE_URL ?? 'http://127.0.0.1:3003'

export default defineConfig({
  base: '/ui/',
  plugins: [react(), indexAtRoot(), sessionOfKey()],
  // No licence texts between the lines of code, no data in the HTML: the page runs under a strict content security policy.
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    port: 5173,
    strictPort: true,
    // The gateway sees requests as if they came from a page of its own.
    proxy: { '^/(?!ui(/|$)|$|\\?)': { target: gateway, changeOrigin: true, headers: { origin: gateway } } },
  },
})

/** The gateway serves the dashboard at `/` too. */
function indexAtRoot(): Plugin {
  return {
    name: 'index-at-root',
    configureServer(server) {
      server.middlewares.use((request, _, next) => {
        if (request.url === '/') request.url = '/ui/'
        next()
      })
    },
  }
}

/** Until the gateway has sessions: those of the key in SYNCLINE_KEY. */
function sessionOfKey(): Plugin {
  const authorization = `Bearer ${process.env.SYNCLINE_KEY}`
  return {
    name: 'session-of-key',
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        if (process.env.SYNCLINE_KEY) request.headers.authorization = authorization
        if (request.url !== '/session') return next()
        const me = await fetch(`${gateway}/me`, { headers: { authorization } })
        const { environment, scopes } = (await me.json()) as { environment: string; scopes: string[] }
        response.setHeader('content-type', 'application/json')
        response.end(
          JSON.stringify({ environments: [{ name: environment, scopes, user: null }], admin: false }),
        )
      })
    },
  }
}
