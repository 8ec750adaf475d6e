export { Event, type EventType, eventData } from '@syncline/events'
