/** A number of 16 digits or more that is not in quotes: an integer may be too long for a JavaScript number. */
const LONG_NUMBER = /(?:^|[\s:[,])-?\d{16}/

/**
 * Parses JSON whose integers keep their digits: one beyond 2^53 becomes a text of its digits, as two ids that differ in their
 * last digit would else be one. Which of the two it is depends on the integer alone, so a field may hold numbers and
 * texts. Floats stay numbers.
 */
export function parseJson(text: string): unknown {
  // The reviver makes parsing some times slower, and it is seldom needed.
  return LONG_NUMBER.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text)
}

function exactInteger(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  return typeof value === 'number' &&
    source !== undefined &&
    !Number.isSafeInteger(value) &&
    /^-?\d+$/.test(source)
    ? source
    : value
}
