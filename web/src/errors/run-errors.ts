import type { AnswerOf } from '../api/call.ts'

export type RunErrors = AnswerOf<'GET /errors'>
export type RunError = RunErrors['errors'][number]
