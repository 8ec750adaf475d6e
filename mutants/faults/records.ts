import type { Mutant } from '../mutant.ts'

const records = (path: string) => `services/records/${path}`
const script = (name: string) => records(`src/stream/scripts/${name}.lua`)
const contract = [records('test/contract.test.ts')]
const inDoubt = [records('test/in-doubt.test.ts')]
const deduplication = [records('test/deduplication.test.ts')]
const moves = [records('test/move-stream.test.ts')]

const faults: Mutant[] = [
  {
    name: 'lease-granted-though-held',
    attacks: '1, 2: one writer of a stream at a time',
    edits: [
      {
        file: script('claim'),
        search: 'if held_until and tonumber(held_until) > now and holder ~= token then',
        replace: 'if false then',
      },
    ],
    tests: [records('test/group-commit.test.ts')],
    only: 'a stream that another instance holds',
  },
  {
    name: 'instant-of-a-clock-that-went-back',
    attacks: '1: what becomes visible later sorts later',
    edits: [
      {
        file: script('claim'),
        search: 'local instant = math.max(now, tonumber(last) + 1)',
        replace: 'local instant = now',
      },
    ],
    tests: [records('test/clock.test.ts')],
  },
  {
    name: 'run-begins-in-the-past',
    attacks: '2: what a run has not seen is what was there before it',
    edits: [
      {
        file: script('begin'),
        search: 'local instant = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(last) + 1)',
        replace: 'local instant = time[1] * 1000 + math.floor(time[2] / 1000)',
      },
    ],
    tests: [records('test/clock.test.ts')],
  },
  {
    name: 'lower-fence-may-save',
    attacks: '4: who was cut off cannot write',
    edits: [
      {
        file: script('claim'),
        search: 'local fenced = highest and tonumber(fence) < tonumber(highest)',
        replace: 'local fenced = false',
      },
    ],
    tests: contract,
    only: 'an attempt that was overtaken can write nothing',
  },
  {
    name: 'lower-fence-may-begin',
    attacks: '4: who was cut off cannot take over',
    edits: [
      {
        file: script('begin'),
        search: "if highest and tonumber(ARGV[2]) < tonumber(highest) then return { 'fenced', highest } end",
        replace: '',
      },
    ],
    tests: contract,
    only: 'an attempt that was overtaken can write nothing',
  },
  {
    name: 'save-does-not-raise-the-fence',
    attacks: '4: who was cut off cannot write',
    edits: [
      {
        file: script('claim'),
        search:
          "if not fenced and fence ~= highest then redis.call('HSET', state, 'fence:' .. sync, fence) end",
        replace: '',
      },
    ],
    tests: contract,
    only: 'a save with a higher fence',
  },
  {
    name: 'lease-released-by-another',
    attacks: '1, 2: an instance that lost its lease does not end that of another',
    edits: [{ file: script('release'), search: 'if holder ~= token then', replace: 'if false then' }],
    tests: inDoubt,
    only: 'lost its lease',
  },
  {
    name: 'lease-renewed-by-another',
    attacks: '1, 2: an instance that lost its lease does not write any more',
    edits: [
      {
        file: script('renew'),
        search: "if redis.call('HGET', state, 'holder') ~= ARGV[1] then return 0 end",
        replace: '',
      },
    ],
    tests: inDoubt,
    only: 'not made longer when another instance has it',
  },
  {
    name: 'late-commit-not-counted',
    attacks: '2: counts, when a holder wrote after its lease was lost',
    edits: [
      { file: script('release'), search: "redis.call('HSET', state, 'in_doubt', instant)", replace: '' },
    ],
    tests: [records('test/lease.test.ts')],
    only: 'after its lease was lost is counted',
  },
  {
    name: 'lost-lease-not-told',
    attacks: '2: what only a release writes down is not lost in silence',
    edits: [
      {
        file: records('src/stream/lease.ts'),
        search: 'if (isKnownByReleaseOnly(result)) throw error',
        replace: '',
      },
    ],
    tests: [records('test/lease.test.ts')],
    only: 'a lost lease is an error',
  },
  {
    name: 'repeated-insert-with-a-new-token',
    attacks: '2: a repeated insert happens once',
    edits: [
      {
        file: records('src/commit/insert-once.ts'),
        search: 'await insertRows(clickhouse, rows, token,',
        replace: 'await insertRows(clickhouse, rows, randomUUID(),',
      },
    ],
    tests: deduplication,
    only: 'arrives after it was repeated',
  },
  {
    name: 'repeated-insert-without-a-look',
    attacks: '2: a repeated insert happens once, whatever the server has forgotten',
    edits: [
      {
        file: records('src/commit/insert-once.ts'),
        search: 'tries > 1 && (await wasInserted',
        replace: 'false && (await wasInserted',
      },
    ],
    tests: deduplication,
    only: 'the server has forgotten its token',
  },
  {
    name: 'lost-insert-taken-for-a-duplicate',
    attacks: '1, 3: what is acknowledged is there, whatever token the server remembers',
    edits: [
      {
        file: records('src/commit/insert-once.ts'),
        search: 'if (await hasHappened(clickhouse, token, example)) return',
        replace: 'return',
      },
    ],
    tests: [records('test/lost-insert.test.ts')],
  },
  {
    name: 'insert-after-its-lease',
    attacks: '1: a delayed insert does not happen after its lease',
    edits: [
      {
        file: records('src/clickhouse/clickhouse.ts'),
        search: 'if (notAfterMs === undefined) return this.#insert',
        replace: 'return this.#insert',
      },
    ],
    tests: [records('test/clickhouse.test.ts')],
    only: 'an insert that comes after its time',
  },
  {
    name: 'saved-before-the-insert-is-acknowledged',
    attacks: '1, 3: what is acknowledged is durable and visible',
    edits: [
      {
        file: records('src/commit/commit.ts'),
        search: 'await inserts(() => insertOnce(',
        replace: 'void inserts(() => insertOnce(',
      },
    ],
    tests: inDoubt,
    only: 'while its insert is under way',
  },
  {
    name: 'lease-released-before-the-insert',
    attacks: '1: what becomes visible later sorts later',
    edits: [
      {
        file: records('src/commit/write-queue.ts'),
        search: '    const ends = await commit(\n',
        replace:
          "    for (const { granted } of parts) await granted.lease.release({ kind: 'unchanged' })\n" +
          '    const ends = await commit(\n',
      },
    ],
    tests: inDoubt,
    only: 'while its insert is under way',
  },
  {
    name: 'lease-released-in-doubt',
    attacks: '1, 2: nobody commits while an insert may still be under way',
    edits: [
      {
        file: records('src/commit/insert-once.ts'),
        search: 'definitive &&= isDefinitive(error)',
        replace: 'definitive = true',
      },
    ],
    tests: inDoubt,
    only: 'may still be under way',
  },
  {
    name: 'in-doubt-commit-not-recovered',
    attacks: '2: counts after a crash',
    edits: [
      {
        file: records('src/commit/write-queue.ts'),
        search: 'if (claim.snapshot.inDoubtSince === undefined) return part',
        replace: 'return part',
      },
    ],
    tests: [records('test/crash.test.ts')],
    only: 'a commit whose process died before it gave the lock back',
  },
  {
    name: 'page-kept-beyond-a-change',
    attacks: '1: a page that was read before a change is not given out after it',
    edits: [
      {
        file: records('src/read/page-cache.ts'),
        search: '[view.id, view.last, form, bound.records,',
        replace: '[view.id, form, bound.records,',
      },
    ],
    tests: [records('test/page-cache.test.ts')],
    only: 'every page is the one that a direct read gives',
  },
  {
    name: 'page-kept-that-was-read-during-a-commit',
    attacks: '1: a page that was read while a commit was under way is not given out after it',
    edits: [
      {
        file: records('src/read/page-cache.ts'),
        search: 'if (!view.quiet || view.last === undefined)',
        replace: 'if (view.last === undefined)',
      },
    ],
    tests: [records('test/read-ahead.test.ts')],
    only: 'what was read while a commit was under way',
  },
  {
    name: 'cursor-inclusive',
    attacks: '1: nothing is read twice',
    edits: [
      {
        file: records('src/tables/record-log.ts'),
        search: 'modified_at >= ${key.modifiedAt} AND (modified_at, id) > (',
        replace: 'modified_at >= ${key.modifiedAt} AND (modified_at, id) >= (',
      },
    ],
    tests: contract,
    only: 'in pages, each exactly once',
  },
  {
    name: 'cursor-skips-the-rest-of-a-commit',
    attacks: '1: nothing is skipped',
    edits: [
      {
        file: records('src/tables/record-log.ts'),
        search: 'modified_at >= ${key.modifiedAt} AND (modified_at, id) > (',
        replace: 'modified_at > ${key.modifiedAt} AND (modified_at, id) > (',
      },
    ],
    tests: contract,
    only: 'in pages, each exactly once',
  },
  {
    name: 'streams-of-two-environments',
    attacks: '7: environments do not see each other',
    edits: [
      {
        file: records('src/stream/identity.ts'),
        search: 'const identity = [stream.environment, stream.connection,',
        replace: 'const identity = [stream.connection,',
      },
      {
        file: records('src/stream/identity.ts'),
        search: '{${stream.environment}}:records:',
        replace: '{}:records:',
      },
    ],
    tests: contract,
    only: 'variants, models and connections are streams of their own',
  },
  {
    name: 'unchanged-not-seen',
    attacks: '2: what was saved again is not deleted as unseen',
    edits: [
      {
        file: records('src/commit/plan.ts'),
        search: "if (kind === 'unchanged' || kind === 'restored') draft.unchangedIds.push(id)",
        replace: '',
      },
    ],
    tests: contract,
    only: 'what a run has neither changed nor seen is deleted',
  },
  {
    name: 'incomplete-pass-deletes',
    attacks: 'a pass that was not complete deletes nothing',
    edits: [
      {
        file: records('src/api/delete-untouched.ts'),
        search: 'const incomplete = pass.incomplete(granted)',
        replace: "const incomplete = ''",
      },
    ],
    tests: contract,
    only: 'a pass that was not complete deletes nothing',
  },
  {
    name: 'window-not-marked',
    attacks: 'a pass that was not complete deletes nothing, whoever ends it',
    edits: [
      {
        file: script('release'),
        search: "redis.call('HSETNX', state, 'incomplete', incomplete)",
        replace: '',
      },
    ],
    tests: contract,
    only: 'a mark stays with the window',
  },
  {
    name: 'released-for-ever',
    attacks: 'a release is for one pass',
    edits: [
      {
        file: script('release'),
        search: "redis.call('HDEL', state, 'held_deletion', 'released')",
        replace: "redis.call('HDEL', state, 'held_deletion')",
      },
    ],
    tests: contract,
    only: 'what the guard has held back is listed',
  },
  {
    name: 'skipped-record-not-seen',
    attacks: 'what could not be saved is not deleted as unseen',
    edits: [
      {
        file: records('src/commit/also-seen.ts'),
        search: 'see(id, draft)',
        replace: 'continue',
      },
    ],
    tests: contract,
    only: 'a record that could not be saved is seen',
  },
  {
    name: 'kept-record-not-seen',
    attacks: 'what a merging strategy leaves alone is not deleted as unseen',
    edits: [{ file: records('src/commit/plan.ts'), search: '      see(id, draft)\n', replace: '' }],
    tests: contract,
    only: 'what was left alone has been seen',
  },
  {
    name: 'deletes-ignore-the-position',
    attacks: 'a delete leaves records alone that others have modified',
    edits: [
      {
        file: records('src/commit/delete-change.ts'),
        search: 'if (isKept(last, id, keepAfter)) {',
        replace: 'if (false) {',
      },
    ],
    tests: contract,
    only: 'parts and deletes leave them alone',
  },
  {
    name: 'stream-emptied-by-each-attempt',
    attacks: '2: a repeated attempt leaves the same records',
    edits: [
      {
        file: records('src/api/begin.ts'),
        search: '(await shard.state.emptiedBy(stream, writer.sync)) !== writer.runId',
        replace: 'true',
      },
    ],
    tests: contract,
    only: 'a run empties its streams once',
  },
  {
    name: 'writer-on-the-old-shard',
    attacks: '1: a stream is written to on the shard that it is on',
    edits: [
      { file: script('claim'), search: 'if place and place ~= ARGV[4] then', replace: 'if false then' },
    ],
    tests: moves,
    only: 'goes on tracking deletes',
  },
  {
    name: 'place-known-while-a-move-is-decided',
    attacks: '1: a move that dies leaves the stream on one shard',
    edits: [
      {
        file: script('begin-move'),
        search: "redis.call('HDEL', state, 'generation', 'place')",
        replace: '',
      },
    ],
    tests: moves,
    only: 'just after it is decided',
  },
  {
    name: 'move-decided-without-lease',
    attacks: '1: a move is decided before its lease ends, or not at all',
    edits: [
      {
        file: records('src/tables/streams.ts'),
        search: 'insertOne(generation, true, inTime)',
        replace: 'insertOne(generation, true, sql`true`)',
      },
    ],
    tests: moves,
    only: 'just before it is decided',
  },
  {
    name: 'stream-of-another-shard-taken-for-new',
    attacks: '2: a stream whose state Redis has lost keeps its records',
    edits: [
      {
        file: records('src/stream/stream-state.ts'),
        search: 'if (this.#places) await this.#ensurePlace(stream)',
        replace: '',
      },
    ],
    tests: moves,
    only: 'when Redis has forgotten it',
  },
  {
    name: 'moved-rows-swept-under-readers',
    attacks: '1: readers of the old generation see all of it',
    edits: [
      {
        file: records('src/tables/streams.ts'),
        search: ' AND moved_at < ${Date.now() - READERS_GONE_MS}',
        replace: '',
      },
    ],
    tests: moves,
    only: 'is swept from its old shard',
  },
]

export { faults as records }
