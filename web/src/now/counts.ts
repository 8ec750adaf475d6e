import type { AnswerOf } from '../api/call.ts'

export type Counts = AnswerOf<'GET /schedules/counts'>
