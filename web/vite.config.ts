import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

// `pnpm web:dev` serves the sources and passes the calls of the API on to a gateway that runs.
const gateway = process.env.SYNCLINE_URL ?? 'http://127.0.0.1:3003'

export default defineConfig({
  base: '/ui/',
  plugins: [react(), indexAtRoot()],
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
