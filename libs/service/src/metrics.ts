import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

const registry = new Registry()

/** The metrics of this process, which `/metrics` serves. Labels have few values: ids belong in the log. */
export const metrics = {
  registry,
  counter: <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name: `syncline_${name}`, help, labelNames, registers: [registry] }),
  gauge: <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge({ name: `syncline_${name}`, help, labelNames, registers: [registry] }),
  /** Name ends in the unit: `_seconds`, `_bytes`. */
  histogram: <L extends string = never>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: L[] = [],
  ) => new Histogram({ name: `syncline_${name}`, help, buckets, labelNames, registers: [registry] }),
  collectProcess: () => collectDefaultMetrics({ register: registry, prefix: 'syncline_' }),
}
