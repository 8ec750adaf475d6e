import { expect, test } from 'vitest'
import { type AnswerRules, readTokenAnswer, shown } from './token-answer.ts'

const rules: AnswerRules = {
  token_path: 'access_token',
  expires_in_path: 'expires_in',
  refresh_token_path: 'refresh_token',
}
const ASKED = 1_000_000_000_000
const read = (status: number, text: string, type = 'application/json', own: Partial<AnswerRules> = {}) =>
  readTokenAnswer(
    { status, headers: { 'content-type': type }, text },
    { ...rules, ...own },
    { asked: ASKED, present: 'r0', secrets: ['my-secret'] },
  )

test.each([
  ['{"access_token":"t","expires_in":60}', { expiresAt: ASKED + 60_000, refreshToken: 'r0' }],
  ['{"access_token":"t","expires_in":"60"}', { expiresAt: ASKED + 60_000 }],
  ['{"access_token":"t","expires_in":null}', { expiresAt: undefined }],
  ['{"access_token":"t","expires_in":0}', { expiresAt: undefined }],
  ['{"access_token":"t","refresh_token":"r1"}', { refreshToken: 'r1', expiresAt: undefined }],
  ['access_token=t&expires_in=60&scope=', { expiresAt: ASKED + 60_000 }],
])('%s is a token', (text, token) => {
  expect(read(200, text)).toEqual({
    kind: 'token',
    token: expect.objectContaining({ accessToken: 't', obtainedAt: ASKED, ...token }),
  })
})

test.each([
  ['2001-09-09T01:47:40Z', ASKED + 60_000],
  [1_000_000_060, ASKED + 60_000],
  ['1000000060', ASKED + 60_000],
  [1_000_000_060_000, ASKED + 60_000],
])('the instant %j is understood, and wins over a number of seconds', (at, expiresAt) => {
  const text = JSON.stringify({ access_token: 't', expires_in: 5, data: { at } })
  expect(read(200, text, 'application/json', { expires_at_path: 'data.at' })).toMatchObject({
    token: { expiresAt },
  })
})

test.each([
  [
    400,
    '{"error":"invalid_grant","error_description":"Token has been revoked."}',
    '400 (invalid_grant: Token has been revoked.)',
  ],
  [401, '{"error":"invalid_grant"}', '401 (invalid_grant)'],
  [200, '{"error":"bad_refresh_token"}', '200 (bad_refresh_token)'],
  [200, 'error=bad_refresh_token&error_description=no', '200 (bad_refresh_token: no)'],
  [400, '{"error":{"code":"invalid_grant","message":"no"}}', '400 (invalid_grant: no)'],
  [200, '{"ok":false,"error":"token_revoked"}', '200 (token_revoked)'],
])('%d %s is refused', (status, text, what) => {
  expect(read(status, text)).toEqual({ kind: 'refused', message: `answered ${what}` })
})

test.each([
  [401, '{"error":"invalid_client"}', 'application/json', '401 (invalid_client)', false],
  [400, '{"error":"unauthorized_client"}', 'application/json', '400 (unauthorized_client)', false],
  [404, '{"message":"Not Found"}', 'application/json', '404 (Not Found)', false],
  [429, '', '', '429', true],
  [503, '<html>', 'text/html; charset=utf-8', '503 with text/html', true],
  [200, '<html>', 'text/html', "200 with text/html (no token at 'access_token')", false],
  [200, '{}', 'application/json', "200 (no token at 'access_token')", false],
  [200, '[]', 'application/json', "200 (no token at 'access_token')", false],
  [302, '', '', "302 (no token at 'access_token')", false],
])('%d %s fails for now', (status, text, type, what, again) => {
  expect(read(status, text, type)).toEqual({ kind: 'failed', message: `answered ${what}`, again })
})

test('statuses and errors of an API may mean refused', () => {
  expect(read(404, '{}', '', { refused_statuses: [404] })).toMatchObject({ kind: 'refused' })
  expect(read(403, '{"code":"app_gone"}', '', { refused_errors: ['app_gone'] })).toMatchObject({
    kind: 'refused',
  })
})

test('a message shows neither what was sent nor what may be a token', () => {
  expect(shown(`my-secret and ${'aB3_'.repeat(10)} are\n bad`, ['my-secret'])).toBe('… and … are bad')
  expect(shown('word '.repeat(100), [])).toHaveLength(200)
})
