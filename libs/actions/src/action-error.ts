import { AppError, codes, type ErrorCode } from '@syncline/errors'
import type { ActionResult } from '@syncline/proto'

/** A runner's word for how an action failed, as the caller gets it. */
export function actionError({ code, message, details }: ActionResult): AppError {
  const known = Object.hasOwn(codes, code) ? (code as ErrorCode) : 'server_error'
  const more = details.length > 0 ? JSON.parse(Buffer.from(details).toString()) : {}
  return new AppError(known, message, { details: more })
}
