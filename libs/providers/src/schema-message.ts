import type { z } from 'zod'

const KINDS: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'fields with values (field: value)',
  record: 'a map of names and values',
  null: 'null',
}
const FORMATS: Record<string, string> = { url: 'a URL', date: 'a date such as 2026-11-26' }

/** What a schema has found, for the author of a file: what the value must be. `value` is what the file has there. */
export function schemaMessage(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined && 'expected' in issue) return 'is missing'
  if (value === null) return 'is empty: give it a value, or leave it out'
  switch (issue.code) {
    case 'invalid_type':
      // A message of our own schemas is better.
      return issue.message.startsWith('must ')
        ? issue.message
        : `must be ${KINDS[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map(String))}`
    case 'invalid_union': {
      if (value === undefined) return 'is missing'
      if ('options' in issue) return `must be ${oneOf(issue.options.map(String))}`
      const messages = issue.errors.flat().map((each) => schemaMessage(each, value))
      return oneOf([...new Set(messages)].map((text, i) => (i === 0 ? text : text.replace(/^must be /, ''))))
    }
    case 'too_small':
    case 'too_big': {
      if (issue.origin !== 'number' && issue.origin !== 'int') return issue.message
      const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`
      return issue.inclusive === false
        ? `must be ${bound.replace('at least', 'more than')}`
        : `must be ${bound}`
    }
    case 'invalid_format': {
      const format = FORMATS[issue.format]
      return format === undefined ? issue.message : `must be ${format}`
    }
    default:
      return issue.message
  }
}

function oneOf(texts: string[]): string {
  return texts.length > 1 ? `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}` : (texts[0] ?? '')
}
