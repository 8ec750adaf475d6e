/** What is looked at of an error, and what is kept of its message. */
const INPUT_CHARS = 4000
const MESSAGE_CHARS = 300

/**
 * An error without what differs from run to run, so that errors of one cause have one message: ids, numbers, quoted texts, the
 * middle of paths, queries of URLs, addresses, times. Numbers that name a kind of error, such as status 404, stay.
 *
 * A message that is normalized again stays as it is.
 */
export function normalizedMessage(error: string): string {
  const text = error.slice(0, INPUT_CHARS).replace(/\s+/g, ' ').trim()
  const replaced = rules.reduce(
    (message, [pattern, by]) =>
      typeof by === 'string' ? message.replace(pattern, by) : message.replace(pattern, by),
    text,
  )
  return cut(withoutRepetition(replaced))
}

const HEX = '[0-9a-fA-F]'
/** Not within a word, and not within what was replaced. */
const START = '(?<![\\w<…])'
const END = '(?![\\w>…])'

/** In this order: what comes first may hold what comes later. */
const rules: [RegExp, string | ((found: string, ...more: string[]) => string)][] = [
  [
    /\b([a-z][a-z0-9+.-]{1,15}:\/\/)(?:[^\s/@'"]{1,200}@)?([^\s/?#'"`,;)>\]]{1,255})([^\s'"`,;)>\]]*)|(?<![^\s('"`=:])(\/[^\s'"`,;:)>\]]+)/gi,
    (_all, scheme, host = '', rest = '', path = '') => (scheme ? url(scheme, host, rest) : shortPath(path)),
  ],
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g, '<email>'],
  // An opening quote stands after a space or a bracket, so that an apostrophe is not taken for one.
  [/(?<![\w…])"[^"]{0,1000}"/g, '"…"'],
  [/(?<![\w…])'(?:[^']|'(?=\w)){0,1000}'(?!\w)/g, "'…'"],
  [/(?<![\w…])`[^`]{0,1000}`/g, '`…`'],
  [/(?<![\w…])“[^”]{0,1000}”/g, '“…”'],
  [/\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g, '<time>'],
  [new RegExp(`${START}${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}${END}`, 'g'), '<id>'],
  [/(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?![\w.])/g, '<address>'],
  [/\[?(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?![\w:])\]?(?::\d{1,5})?/gi, '<address>'],
  [/(?<![\w.-])(localhost|[\w-]{1,63}(?:\.[\w-]{1,63})+):\d{1,5}(?!\d)/g, '$1:<number>'],
  [new RegExp(`${START}[\\w-]{8,}={0,2}${END}`, 'g'), (word = '') => (isId(word) ? '<id>' : word)],
  [/(?<!HTTP\/[\d.]*|\d\.|[\w<…])[+-]?\d[\d.,]*(?=\D|$)/gi, number],
]

function url(scheme: string, host: string, rest: string): string {
  const name = host.replace(/:\d*$/, '')
  const [, path = '', trailing = ''] = /^(.*?)([:.]*)$/s.exec(rest) ?? []
  return `${scheme}${/^[\d.]+$|^\[/.test(name) ? '<address>' : name}${shortPath(path)}${trailing}`
}

/** Its first and its last part, as far as they are words: what lies between differs from customer to customer. */
function shortPath(path: string): string {
  const parts = path
    .replace(/[?#].*$/s, '')
    .split('/')
    .filter((part) => part !== '')
  const known = parts.map((part) => (isWord(part) ? part : '…'))
  const short = known.length > 2 ? [known[0], '…', known.at(-1)] : known
  const joined = short.filter((part, i) => part !== '…' || short[i - 1] !== '…').join('/')
  return joined === '' ? (path.startsWith('/') ? '/' : '') : `/${joined}`
}

const isWord = (part: string) => /^(?:v\d{1,2}|[A-Za-z][A-Za-z_.-]{0,31})$/.test(part)

/** Letters and digits in one word, mixed: not names such as `oauth2` or `ECONNRESET`. */
function isId(word: string): boolean {
  const digits = word.match(/\d/g)?.length ?? 0
  return digits >= 2 && /\d[A-Za-z_-]|[A-Za-z_-]\d+[A-Za-z_-]|\d{4}/.test(word)
}

/** Behind these words a number of three digits names a kind of error. */
const NAMES_A_KIND =
  /(?:\bstatus|\bcode|\bhttp|\bhttp\/\d(?:\.\d)?|\berror|\banswered(?: with)?)[\s:=(]{1,3}$/i

function number(found: string, ...more: unknown[]): string {
  // The arguments behind a match are its place and the whole text.
  const [at, all] = more as unknown as [number, string]
  const trailing = /[.,]+$/.exec(found)?.[0] ?? ''
  const digits = found.slice(0, found.length - trailing.length)
  const namesKind = /^[1-5]\d\d$/.test(digits) && NAMES_A_KIND.test(all.slice(Math.max(0, at - 24), at))
  return namesKind ? found : `<number>${trailing}`
}

/** A list of ids may have any length. */
function withoutRepetition(message: string): string {
  return message.replace(/((?:<\w+>|'…'|"…"|`…`))(?:(?:, ?| and | or )\1)+/g, '$1, …')
}

function cut(message: string): string {
  if (message.length <= MESSAGE_CHARS) return message
  return `${message.slice(0, MESSAGE_CHARS - 1).trimEnd()}…`
}
