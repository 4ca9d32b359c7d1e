/** One metric as it is documented: every record has all of its attributes, and each of these has few values. */
type Metric = {
  /** `counter`: sums of what happened. `histogram`: sizes of what happened. `gauge`: how things stand, as each instance sees them. */
  readonly kind: "counter" | "histogram" | "gauge";
  /** As UCUM writes it; a counter's is what it counts, in braces. */
  readonly unit: string;
  readonly description: string;
  readonly attributes: readonly string[];
  /** Of a histogram: the upper bounds of its buckets, in its unit. Azure Monitor keeps none of them, only count, sum, minimum and maximum. */
  readonly bounds?: readonly number[];
};

const milliseconds = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];
const waits = [0.1, 0.5, 1, 5, 15, 30, 60, 300, 900, 3_600, 21_600, 86_400];

/**
 * Every metric of the app, by its name: the one place where alerts, workbook and README have them from. In Log Analytics each is rows of
 * `AppMetrics` (Name, Sum, ItemCount, Min, Max, Properties), one a minute for each instance and combination of attributes. They are never sampled.
 */
export const metrics = {
  "fanfare.requests": {
    kind: "counter",
    unit: "{request}",
    description: "Requests answered, but for the probes of /health that found all well.",
    attributes: ["operation", "status"],
  },
  "fanfare.request.duration": {
    kind: "histogram",
    unit: "ms",
    description: "From a request's arrival at the app to its answer, without what a live wait was held back.",
    attributes: ["operation"],
    bounds: milliseconds,
  },
  "fanfare.accepted": {
    kind: "counter",
    unit: "{notification}",
    description:
      "Notifications answered as accepted for the first time, new or in the place of an older one; dry runs are none.",
    attributes: ["kind"],
  },
  "fanfare.throttled": {
    kind: "counter",
    unit: "{request}",
    description: "Requests answered 406, by what the caller has to wait for.",
    attributes: ["operation", "reason"],
  },
  "fanfare.queue.age": {
    kind: "histogram",
    unit: "s",
    description:
      "How long a message of the queue was late: from when it was due, was accepted, or was sent once more out of the dead letters, to the beginning of its run.",
    attributes: [],
    bounds: waits,
  },
  "fanfare.attempts": {
    kind: "counter",
    unit: "{attempt}",
    description:
      "Attempts at a device: contents, taps and alerts; none at a canary. A run that is repeated makes and counts them again.",
    attributes: ["channel", "outcome"],
  },
  "fanfare.attempt.duration": {
    kind: "histogram",
    unit: "ms",
    description: "How long a push service took for one attempt, up to its answer or our patience's end.",
    attributes: ["channel"],
    bounds: milliseconds,
  },
  "fanfare.delivered": {
    kind: "counter",
    unit: "{device}",
    description:
      "Devices whose push service took a content for the first time, by how soon after that content was accepted. At least once: a run whose record is lost is repeated, tells them again and counts again.",
    attributes: ["channel", "within"],
  },
  "fanfare.delivery.latency": {
    kind: "histogram",
    unit: "ms",
    description: "From the acceptance of a content to a push service's word that it has it for a device.",
    attributes: ["channel"],
    bounds: waits.map((seconds) => seconds * 1_000),
  },
  "fanfare.missed": {
    kind: "counter",
    unit: "{device}",
    description:
      "Devices that a content was not brought to before its notification ended: they were tried in vain (gave-up), it ended while it waited to be tried (expired-waiting), or DATA_KEYS does not open their channel (channel-closed, counted when it is accepted). Not those that are gone or refused it, nor what had been ended by its user or app, or had less than 30 s to live. A run that is repeated counts again.",
    attributes: ["channel", "reason"],
  },
  "fanfare.postponed": {
    kind: "counter",
    unit: "{run}",
    description: "Runs of a delivery that were put off because something of ours was away.",
    attributes: ["reason"],
  },
  "fanfare.for_nobody": {
    kind: "counter",
    unit: "{notification}",
    description: "Notifications accepted for a user none of whose devices they reach.",
    attributes: [],
  },
  "fanfare.pruned": {
    kind: "counter",
    unit: "{channel}",
    description: "Channels that a push service said are gone, which was believed: no more is sent there.",
    attributes: ["channel"],
  },
  "fanfare.breaker.open": {
    kind: "gauge",
    unit: "{breaker}",
    description:
      "What an instance holds deliveries for: push services that are down, credentials that are refused or in doubt.",
    attributes: ["kind"],
  },
  "fanfare.purge.lag": {
    kind: "gauge",
    unit: "s",
    description: "How long ago the oldest of what the last purge met could have been purged.",
    attributes: [],
  },
  "fanfare.purged": { kind: "counter", unit: "{row}", description: "Rows purged.", attributes: [] },
  "fanfare.dead_letters": {
    kind: "gauge",
    unit: "{message}",
    description: "Dead letters at the last look, 1,000 at most.",
    attributes: [],
  },
  "fanfare.dead_letters.new": {
    kind: "counter",
    unit: "{message}",
    description: "Dead letters that the looking instance had not seen before; at its first look all that are there.",
    attributes: [],
  },
  "fanfare.process.rss": { kind: "gauge", unit: "By", description: "Memory of the app's process.", attributes: [] },
  "fanfare.event_loop.lag": {
    kind: "gauge",
    unit: "ms",
    description: "How late timers of the app's process come, 99 of 100 of them, since the last record.",
    attributes: [],
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof metrics;

/** One number to record: counters are added to, of histograms and gauges it is the value. */
export type PointOf<Name extends MetricName> = {
  readonly metric: Name;
  readonly value: number;
  readonly attributes: Readonly<Record<(typeof metrics)[Name]["attributes"][number], string | number>>;
};
export type Point = { readonly [Name in MetricName]: PointOf<Name> }[MetricName];

/** The objective: so soon after its acceptance a content is to be with a device's push service. */
export const promisedWithinMs = 30_000;

/** So soon after its acceptance a content was with a push service: the smallest that fits. Counted, for Azure Monitor knows no quantiles. */
const within = [
  ["1s", 1_000],
  ["5s", 5_000],
  ["30s", promisedWithinMs],
  ["5m", 300_000],
  ["1h", 3_600_000],
] as const;
export type Within = (typeof within)[number][0] | "more";

/** The values of the attribute `within`, rising. */
export const withinValues: readonly Within[] = [...within.map(([name]) => name), "more"];

export const withinOf = (ms: number): Within => within.find(([, most]) => ms <= most)?.[0] ?? "more";
