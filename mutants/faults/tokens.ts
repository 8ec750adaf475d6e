import type { Mutant } from '../mutant.ts'

const TOKENS = 'libs/outgoing/src/tokens/tokens.ts'
const STORE = 'libs/outgoing/src/tokens/token-store.ts'
const tests = ['libs/outgoing/test/tokens.test.ts']

const faults: Mutant[] = [
  {
    name: 'token-without-lease',
    attacks: 'tokens: one process at a time renews a token',
    edits: [
      {
        file: TOKENS,
        search: 'await using lease = await state.lease()',
        replace: 'await using lease = { signal, [Symbol.asyncDispose]: async () => {} }',
      },
    ],
    tests,
    only: 'make one request',
  },
  {
    name: 'token-not-read-again',
    attacks: 'tokens: after waiting, the connection is read again',
    edits: [
      {
        file: TOKENS,
        search: 'if (need.isMet(access) || !hasTokens(auth)) return access\n      if (!canRenew',
        replace: 'if (!hasTokens(auth)) return access\n      if (!canRenew',
      },
    ],
    tests,
    only: 'before the catalog has it',
  },
  {
    name: 'token-used-before-it-is-stored',
    attacks: 'tokens: a new token is in the catalog before anybody uses it',
    edits: [
      {
        file: TOKENS,
        search: 'await this.#store.keep(at, access, answer.token, state)',
        replace: 'return { ...access, token: answer.token }',
      },
    ],
    tests,
    only: 'renewed before its use',
  },
  {
    name: 'token-not-in-redis',
    attacks: 'tokens: a token survives its process before the catalog has it',
    edits: [
      {
        file: STORE,
        search: 'await state.setUnstored(unstored).catch(',
        replace: 'await Promise.resolve().catch(',
      },
    ],
    tests,
    only: 'before the catalog has it',
  },
  {
    name: 'token-over-new-credentials',
    attacks: 'tokens: credentials that somebody gives meanwhile win',
    edits: [
      {
        file: STORE,
        search:
          'present.uid === connection.uid && present.sealedCredentials === connection.sealedCredentials',
        replace: 'present.uid === connection.uid',
      },
    ],
    tests,
    only: 'meanwhile win',
  },
  {
    name: 'token-refused-once',
    attacks: 'tokens: one refusal is not final',
    edits: [{ file: TOKENS, search: '++refusals === 2', replace: '++refusals === 1' }],
    tests,
    only: 'one refusal is not final',
  },
  {
    name: 'token-renewed-by-each-401',
    attacks: 'tokens: an API that refuses new tokens makes no storm of refreshes',
    edits: [
      {
        file: TOKENS,
        search: 'if (ageMs < (await this.#state(now.connection).leastAgeToRenew())) return false',
        replace: '',
      },
    ],
    tests,
    only: 'more and more',
  },
  {
    name: 'token-error-shows-secrets',
    attacks: 'tokens: no secret in logs and errors',
    edits: [
      {
        file: 'libs/outgoing/src/tokens/token-answer.ts',
        search: 'for (const secret of secrets) safe',
        replace: 'for (const secret of []) safe',
      },
    ],
    tests,
    only: 'no secret',
  },
  {
    name: 'token-to-functions',
    attacks: 'tokens: they stay in the runner unless the integration exposes them',
    edits: [
      {
        file: 'services/runner/src/child-credentials.ts',
        search: 'if (!settings.exposeTokens || !token) return { type }',
        replace: 'if (!settings.exposeTokens || !token) return given',
      },
    ],
    tests: ['services/runner/test/tokens.test.ts'],
    only: 'never sees',
  },
  {
    name: 'connection-event-lost',
    attacks: 'connections: their events are published at least once',
    edits: [
      {
        file: 'services/gateway/src/connection-events.ts',
        search: 'if (!event) return',
        replace: 'if (!event || event.kind) return withoutEvent(catalog, connection)',
      },
    ],
    tests: ['services/gateway/test/connections.test.ts'],
    only: 'told by an event',
  },
]

export { faults as tokens }
