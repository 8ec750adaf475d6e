import { AppError } from '@syncline/errors'

/** The scheduler has answered that it does not carry out a command. It keeps this answer: the same command id gets it again. */
export class CommandRefusal extends AppError {}
