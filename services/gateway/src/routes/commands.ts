import { commandAnswer } from '../answers/command-answer.ts'
import type { Handler } from '../http/handler.ts'

export const getCommand: Handler<'getCommand'> = async ({ commands }, { environment, params }) =>
  commandAnswer(params.id, await commands.find(environment, params.id))
