/** An answer with another status than the usual one of its endpoint. */
export class Answer<Status extends number, Body> {
  readonly status: Status
  readonly body: Body

  constructor(status: Status, body: Body) {
    this.status = status
    this.body = body
  }
}
