export { CommandRefusal } from './command-refusal.ts'
export { type CommandOutcome, CommandSender } from './command-sender.ts'
