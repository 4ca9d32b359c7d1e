import { validateHeaderName, validateHeaderValue } from "node:http";
import * as z from "zod";

const headersSchema = z.record(z.string(), z.coerce.string()).superRefine((headers, context) => {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      context.addIssue({ code: "custom", path: [name], message: "is not an HTTP header" });
    }
  }
});

const members = {
  device: z.string().optional(),
  status: z.int().min(200).max(599).optional(),
  headers: headersSchema.optional(),
  body: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  count: z.int().min(1).optional(),
  delayMs: z.int().min(0).max(600_000).optional(),
  hang: z.boolean().optional(),
  reset: z.boolean().optional(),
};

/** What `POST /_faults` takes. */
export const faultSchema = z
  .strictObject(members, {
    error: ({ code, keys }) =>
      code === "unrecognized_keys"
        ? `a fault has no ${keys.join(", ")}, but ${Object.keys(members).join(", ")}; Retry-After is one of its headers`
        : undefined,
  })
  .refine(
    ({ status, delayMs, hang, reset }) =>
      status !== undefined || delayMs !== undefined || hang === true || reset === true,
    "one of status, delayMs, hang and reset is needed: else nothing would be wrong",
  )
  .refine(
    ({ status, headers, body }) => status !== undefined || (headers === undefined && body === undefined),
    "headers and body need a status to go with",
  );

/**
 * How a push service shall fail: for one device (by id) or all, `count` times or until all faults are cleared.
 * First waits `delayMs`; then never answers (`hang`), breaks the connection (`reset`), answers `status`, or goes on as usual.
 */
export type Fault = z.infer<typeof faultSchema>;

/** The faults a push service has been told. They do not survive a restart. */
export type Faults = {
  readonly add: (fault: Fault) => void;
  /** With what remains of their counts. */
  readonly all: () => readonly Fault[];
  readonly clear: () => void;
  /** The fault for the next request to this device, which uses it up by one; undefined when all is well. */
  readonly next: (deviceId: string) => Fault | undefined;
};

/**
 * No faults, to begin with. Counted faults come before endless ones, one device's before everybody's, else in the order
 * they were told. An endless fault replaces the endless one for the same device.
 */
export const faultList = (): Faults => {
  let faults: Fault[] = [];
  return {
    add: (fault) => {
      const isReplaced = (old: Fault): boolean =>
        fault.count === undefined && old.count === undefined && old.device === fault.device;
      // sort() is stable: among equals the first told stays the first.
      faults = [...faults.filter((old) => !isReplaced(old)), fault].sort((one, other) => rank(one) - rank(other));
    },
    all: () => faults,
    clear: () => {
      faults = [];
    },
    next: (deviceId) => {
      const index = faults.findIndex(({ device }) => device === undefined || device === deviceId);
      const fault = faults[index];
      if (fault?.count === undefined) return fault;
      faults = fault.count > 1 ? faults.with(index, { ...fault, count: fault.count - 1 }) : faults.toSpliced(index, 1);
      return fault;
    },
  };
};

const rank = ({ count, device }: Fault): number => (count === undefined ? 2 : 0) + (device === undefined ? 1 : 0);
