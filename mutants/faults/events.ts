import type { Mutant } from '../mutant.ts'

const appender = 'libs/bus/src/appender.ts'
const publisher = 'services/scheduler/src/publish/publish-events.ts'
const appending = ['libs/bus/test/appender.test.ts']
const publishing = ['services/scheduler/test/publish-events.test.ts']

export const events: Mutant[] = [
  {
    name: 'events-follow-any-message',
    attacks: 'events keep their order when one is lost on its way',
    edits: [
      { file: appender, search: "...(before !== '' && { expect: { lastMsgID: before } }),", replace: '' },
    ],
    tests: appending,
    only: 'gets lost on its way',
  },
  {
    name: 'events-forget-what-is-stored',
    attacks: 'an event that NATS has is not published again after minutes',
    edits: [
      {
        file: appender,
        search: 'messages.findLastIndex(({ id }) => id === this.#last?.id) + 1',
        replace: '0',
      },
    ],
    tests: appending,
    only: 'when NATS has forgotten the ids',
  },
  {
    name: 'events-removed-before-they-are-published',
    attacks: 'no event is lost',
    edits: [
      {
        file: publisher,
        search: 'durable === readable.length ? last[0] : readable[durable - 1]?.id',
        replace: 'last[0]',
      },
    ],
    tests: publishing,
    only: 'come in between',
  },
  {
    name: 'events-published-by-all',
    attacks: 'one instance publishes at a time',
    edits: [{ file: publisher, search: 'return this.#held !== undefined', replace: 'return true' }],
    tests: publishing,
    only: 'of many instances one publishes',
  },
]
