import type { Integration } from '@syncline/catalog'

type Preset = Pick<Integration, 'displayName' | 'baseUrl' | 'auth' | 'headers' | 'pagination' | 'retry'>

/** External APIs that we know how to reach: an integration of such a provider needs no settings. */
export const providers = new Map<string, Preset>([
  [
    'github',
    {
      displayName: 'GitHub',
      baseUrl: 'https://api.github.com',
      auth: { type: 'bearer' },
      headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
      pagination: {
        type: 'link',
        link_rel_in_response_header: 'next',
        limit_name_in_request: 'per_page',
        limit: 100,
      },
      // GitHub says "later" with 403 as well as 429.
      retry: {
        statuses: [403, 429],
        after: 'retry-after',
        at: 'x-ratelimit-reset',
        remaining: 'x-ratelimit-remaining',
      },
    },
  ],
])
