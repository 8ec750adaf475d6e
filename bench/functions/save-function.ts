/** The model of these records, with all their fields. */
export const savedModel = `z.object({
  id: z.string(), number: z.number(), version: z.number(), title: z.string(), body: z.string(), state: z.enum(['open', 'closed']),
  labels: z.array(z.object({ name: z.string(), color: z.string() })),
  author: z.object({ id: z.number(), login: z.string(), admin: z.boolean(), url: z.string() }),
  assignee: z.object({ id: z.number(), login: z.string(), admin: z.boolean(), url: z.string() }),
  updated_at: z.string(),
  metrics: z.object({ comments: z.number(), reactions: z.object({ up: z.number(), down: z.number() }), score: z.number() }),
})`

/**
 * The body of a function that saves so many new records of 1.1 KB, a thousand at a time, and logs how long its saves took. The
 * records are made before, but for what makes each a new one.
 */
export const saveFunction = (records: number, round: string) => `
  const words = (n, seed) => Array.from({ length: n }, (_, i) => 'w' + ((seed * 31 + i * 7919) % 9973)).join(' ')
  const person = (n) => ({ id: n % 1000000, login: 'user' + (n % 1000), admin: n % 10 === 0, url: 'https://api.example.com/users/' + n })
  const list = Array.from({ length: 1000 }, (_, n) => ({
    id: '', number: 0, version: 0, title: words(8, n), body: words(100, n), state: n % 3 === 0 ? 'closed' : 'open',
    labels: [0, 1, 2].map((i) => ({ name: words(1, n + i), color: (n * 7919 % 0xffffff).toString(16) })),
    author: person(n), assignee: person(n + 1), updated_at: new Date(1.7e12 + n).toISOString(),
    metrics: { comments: n % 50, reactions: { up: n % 20, down: n % 5 }, score: n / 1000 },
  }))
  let ms = 0
  for (let from = 0; from < ${records}; from += 1000) {
    for (let n = 0; n < 1000; n++) { list[n].id = '${round}-' + (from + n); list[n].number = from + n }
    const started = performance.now()
    await nango.batchSave(list, 'Thing')
    ms += performance.now() - started
  }
  await nango.log('saved in ' + ms + ' ms, a record has ' + JSON.stringify(list[0]).length + ' bytes')`
