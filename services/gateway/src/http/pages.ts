import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { AppError } from '@syncline/errors'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Folders with the built dashboard and documentation. What is built while the gateway runs is served from then on. */
export interface PageFolders {
  web: string
  docs: string
}

const YEAR_MS = 365 * 86_400_000
/** Their names hold a hash of their content. */
const hashed = { maxAge: YEAR_MS, immutable: true }
const fresh = { maxAge: 0 }

/**
 * The dashboard at `/` and `/ui/*`, the documentation at `/docs/*`. They need no key: what they show, they ask the API for. Scripts come
 * from files of this server only, and a page calls no other host, whatever is in it.
 */
export function registerPages(app: FastifyInstance, { web, docs }: PageFolders): void {
  app.register(async (pages) => {
    // `br` and `gz` files beside a file are sent instead of it; others are compressed as answers of the API are.
    await pages.register(fastifyStatic, {
      root: [web, docs],
      serve: false,
      preCompressed: true,
      dotfiles: 'ignore',
    })
    pages.setNotFoundHandler((request) => {
      throw noFile(request)
    })
    // The library refuses these, with errors of its own.
    pages.addHook('preHandler', async (request) => {
      const path = (request.params as { '*'?: string })['*'] ?? '' // the only parameter of these routes
      if (path.includes('\0') || path.split(/[\\/]/).includes('..')) throw noFile(request)
    })
    pages.addHook('onRequest', async (_request, reply) => {
      reply.headers({ 'content-security-policy': POLICY, 'cross-origin-opener-policy': 'same-origin' })
    })
    const index = (_: FastifyRequest, reply: FastifyReply) => {
      checkBuilt(join(web, 'index.html'), 'the dashboard', 'pnpm web:build')
      return reply.sendFile('index.html', web, fresh)
    }
    pages.get('/', index)
    pages.get('/ui', index)
    // A screen, unless it is a file: the page finds out which.
    pages.get<{ Params: { '*': string } }>('/ui/*', (request, reply) => {
      const path = request.params['*']
      return path.startsWith('assets/') ? reply.sendFile(path, web, hashed) : index(request, reply)
    })
    pages.get<{ Params: { '*': string } }>('/docs/*', (request, reply) => {
      const path = request.params['*']
      checkBuilt(join(docs, 'index.html'), 'the documentation', 'pnpm docs:build')
      if (path.startsWith('assets/')) return reply.sendFile(path, docs, hashed)
      const options = { ...fresh, extensions: ['html'], index: 'index.html' }
      return reply.sendFile(path === '' ? 'index.html' : path, docs, options)
    })
    pages.get('/docs', (request, reply) => {
      // Links in the page are relative to the folder.
      if (!request.url.startsWith('/docs/')) return reply.redirect('/docs/')
      checkBuilt(join(docs, 'index.html'), 'the documentation', 'pnpm docs:build')
      return reply.sendFile('index.html', docs, fresh)
    })
  })
}

function noFile({ url }: FastifyRequest): AppError {
  return new AppError('not_found', `there is no file ${url.split('?', 1)[0]}`)
}

function checkBuilt(file: string, what: string, how: string): void {
  if (!existsSync(file))
    throw new AppError(
      'not_found',
      `${what} is not built on this machine: wait until npm start has built it, or run ${how}`,
    )
}

/** Mantine and VitePress set styles of elements, and a style sheet with the colours. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')
