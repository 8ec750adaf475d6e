/** ClickHouse refuses a statement, or has ended it. `code`: see system.errors of ClickHouse. */
export class ClickHouseError extends Error {
  override name = 'ClickHouseError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
