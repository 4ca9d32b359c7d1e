import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { CannotStart, errorCode } from "../cannot-start.ts";
import { millisecondsOf } from "./time-span.ts";

const timeSpan = z.string().transform((text, context) => {
  const milliseconds = millisecondsOf(text);
  if (milliseconds === undefined) context.addIssue({ code: "custom", message: "expected hh:mm:ss" });
  return milliseconds ?? z.NEVER;
});

const serviceBusSchema = z.object({
  maxConcurrentCalls: z.int().min(1).optional(),
  autoCompleteMessages: z.boolean().default(true),
  maxAutoLockRenewalDuration: timeSpan.default(300_000),
  prefetchCount: z.int().min(0).default(0),
});

const hostSchema = z.object({
  version: z.literal("2.0"),
  extensions: z
    .object({
      http: z.object({ routePrefix: z.string().default("api") }).prefault({}),
      serviceBus: serviceBusSchema.prefault({}),
    })
    .prefault({}),
});

/** The settings of host.json that this host honours, with Azure's defaults; all others are passed over. Durations in milliseconds. */
export type HostJson = z.infer<typeof hostSchema>["extensions"];

/** Reads `<app>/host.json`. Throws `CannotStart` with every fault by its path; without the file there is no function app. */
export const readHostJson = async (appDir: string): Promise<HostJson> => {
  const path = join(appDir, "host.json");
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new CannotStart(`${path} cannot be read (${errorCode(error) ?? "unknown fault"}). A function app needs one.`);
  });
  const parsed = hostSchema.safeParse(jsonOf(text, path));
  if (parsed.success) return parsed.data.extensions;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`);
  throw new CannotStart(`${path} is not a valid host.json: ${faults.join("; ")}.`);
};

const jsonOf = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new CannotStart(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
};
