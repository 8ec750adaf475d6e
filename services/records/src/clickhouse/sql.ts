/** A piece of SQL. Made only by `sql`, so values in it are quoted. */
export class Sql {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Value = Sql | string | number | readonly Value[]

/** Values become literals, arrays become `(a, b)`: there may be thousands, too many for parameters in a URL. */
export function sql(parts: TemplateStringsArray, ...values: Value[]): Sql {
  return new Sql(String.raw({ raw: parts }, ...values.map(literal)))
}

/** As the rows of a table function `values`. */
export const listed = (rows: readonly Value[]): Sql => new Sql(rows.map(literal).join())

export const all = (conditions: Sql[]): Sql => conditions.reduce((joined, next) => sql`${joined} AND ${next}`)

function literal(value: Value): string {
  if (value instanceof Sql) return value.text
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return `'${value.replace(/['\\]/g, '\\$&')}'`
  return `(${value.map(literal).join(',')})`
}
