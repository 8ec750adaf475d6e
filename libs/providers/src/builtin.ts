import type { Provider } from '@syncline/catalog'

export type BuiltinProvider = Pick<Provider, 'name' | 'displayName' | 'docs' | 'settings'>

/** External APIs that come with Syncline: an integration of such a provider needs no settings. */
export const builtinProviders = new Map<string, BuiltinProvider>([
  [
    'github',
    {
      name: 'github',
      displayName: 'GitHub',
      docs: 'https://docs.github.com/en/rest',
      settings: {
        baseUrl: 'https://api.github.com',
        allowedHosts: [],
        auth: { type: 'bearer' },
        headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
        pagination: {
          type: 'link',
          link_rel_in_response_header: 'next',
          limit_name_in_request: 'per_page',
          limit: 100,
        },
        retry: {
          after: 'retry-after',
          at: 'x-ratelimit-reset',
          remaining: 'x-ratelimit-remaining',
        },
      },
    },
  ],
])
