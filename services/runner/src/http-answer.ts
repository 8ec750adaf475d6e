import type { EgressAnswer } from '@syncline/outgoing'
import { AnswerWithText } from '@syncline/sandbox'

/** An API's answer as the child gets it: an `HttpAnswer`. */
export function toHostAnswer(answer: EgressAnswer, binary: boolean): AnswerWithText {
  const { status, statusText, headers, url, blocks } = answer
  const value = { status, statusText, headers, url, body: {} }
  return binary
    ? new AnswerWithText(value, ['body', 'base64'], 'base64', blocks)
    : new AnswerWithText(value, ['body', 'text'], 'utf8', blocks)
}
