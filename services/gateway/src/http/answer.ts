/** An answer with another status than the usual one of its endpoint, or with headers of its own. */
export class Answer<Status extends number, Body> {
  readonly status: Status
  readonly body: Body
  readonly headers: Record<string, string>

  constructor(status: Status, body: Body, headers: Record<string, string> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}
