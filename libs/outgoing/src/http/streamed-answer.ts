import type { Readable } from 'node:stream'
import type { EgressAnswer } from './egress-answer.ts'

/** An API's answer whose body is still to come. Who gets it reads the body to its end, or destroys it. */
export interface StreamedAnswer extends Pick<EgressAnswer, 'status' | 'headers' | 'url' | 'method'> {
  body: Readable
}
