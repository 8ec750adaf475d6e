import { expect, test } from 'vitest'
import { fromInput, toInput } from './utc-input.ts'

test.each([
  ['2026-11-27T14:03:12Z', '2026-11-27T14:03:12', '2026-11-27T14:03:12Z'],
  ['2026-11-27T14:03:12.999Z', '2026-11-27T14:03:12', '2026-11-27T14:03:12Z'],
  ['2026-11-27T15:03:00+01:00', '2026-11-27T14:03:00', '2026-11-27T14:03:00Z'],
  ['', '', ''],
  ['yesterday', '', ''],
])('%s is %s in an input, and %s again, whatever the zone of the browser', (at, input, back) => {
  expect(toInput(at)).toBe(input)
  expect(fromInput(input)).toBe(back)
})

test.each(['2026-11-27T14:03', '2026-11-27T14:03:00', '2026-11-27T14:03:00.000'])(
  'an input may say %s',
  (text) => {
    expect(fromInput(text)).toBe('2026-11-27T14:03:00Z')
  },
)

test.each(['2026-13-45T14:03', '<script>', '2026-11-27'])('%s is no moment', (text) => {
  expect(fromInput(text)).toBe('')
})
