import { AppError } from '@syncline/errors'

/** A record that can't be stored. */
export class UnencodableRecord extends AppError {
  override name = 'UnencodableRecord'
  /** Of the record: `has no id`. */
  readonly reason: string
  /** Its id as text; undefined if the id is not known, so that it may be any record of the stream. */
  readonly id: string | undefined

  constructor(record: string, reason: string, id?: string, options?: { cause?: unknown }) {
    super('invalid_record', `${record}${id === undefined ? '' : ` (id '${shortId(id)}')`} ${reason}`, options)
    this.reason = reason
    this.id = id
  }
}

/** For messages. */
export const shortId = (id: string) => (id.length > 40 ? `${id.slice(0, 40)}…` : id)
