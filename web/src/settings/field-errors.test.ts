import { expect, test } from 'vitest'
import { fieldErrors } from './field-errors.ts'

test('a problem is shown by its field, or by the field that it is inside of', () => {
  const problems = [
    { path: 'credentials.apiKey', message: 'too short' },
    { path: 'auth.token.url', message: 'must begin with https://' },
    { path: 'auth.type', message: 'unknown' },
    { path: 'elsewhere', message: 'is refused' },
    { path: '', message: 'nothing to change' },
  ]
  expect(fieldErrors(problems, ['credentials.apiKey', 'auth'])).toEqual({
    byField: {
      'credentials.apiKey': 'too short',
      auth: 'token.url: must begin with https://; type: unknown',
    },
    others: ['elsewhere: is refused', 'nothing to change'],
  })
})
