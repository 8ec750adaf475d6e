export { Event, type EventType, eventData, StaleReason, staleReasons } from '@syncline/events'
