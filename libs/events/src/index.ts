export { cloudEvent, Event, type EventOf, eventTokens } from './event.ts'
export {
  type EventData,
  type EventType,
  eventData,
  eventTypes,
  Instant,
  runOutcomes,
  StaleReason,
  staleReasons,
} from './event-data.ts'
