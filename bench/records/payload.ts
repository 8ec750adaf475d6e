import { type EncodedRecord, encodeRecord } from '@syncline/record'

/** Not in the order of saving: ids of other systems rarely are. */
export const idOf = (number: number) =>
  `rec_${((number * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')}_${number}`

/** A part of the record, as a sync brings it that updates a few of the record's fields. */
export const recordPart = (number: number, version: number): EncodedRecord =>
  encodeRecord({ id: idOf(number), version, state: 'merged', metrics: { reactions: { up: version } } })

/** A record of about 1 KB with nested objects, always the same for the same number and version. */
export function record(number: number, version: number, bodyWords = 65): EncodedRecord {
  const next = randomNumbers(number * 31 + version * 7919 + 1)
  const words = (count: number) =>
    Array.from({ length: count }, () => vocabulary[next() % vocabulary.length]).join(' ')
  const person = () => ({
    id: next() % 1_000_000,
    login: `${vocabulary[next() % vocabulary.length]}${next() % 1000}`,
    admin: next() % 10 === 0,
    url: `https://api.example.com/users/${next()}`,
  })
  return encodeRecord({
    id: idOf(number),
    number,
    version,
    title: words(8),
    body: words(bodyWords),
    state: next() % 3 === 0 ? 'closed' : 'open',
    labels: Array.from({ length: 3 }, () => ({ name: words(1), color: (next() % 0xffffff).toString(16) })),
    author: person(),
    assignee: person(),
    metrics: {
      comments: next() % 50,
      reactions: { up: next() % 20, down: next() % 5 },
      score: next() / 1000,
    },
    updated_at: new Date(1.7e12 + (next() % 1e9)).toISOString(),
  })
}

function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    return (state ^ (state >>> 13)) >>> 0
  }
}

const syllables = ['ka', 'lo', 'mi', 'ren', 'su', 'tor', 'va', 'xi', 'dal', 'pe', 'qua', 'ster', 'no', 'ber']
const vocabulary = syllables.flatMap((a) =>
  syllables.flatMap((b) => [`${a}${b}`, `${a}${b}s`, `${b}${a}ing`]),
)
