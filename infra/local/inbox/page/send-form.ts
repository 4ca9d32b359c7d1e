/** What is written into the form, blank fields as "". */
export type Written = {
  readonly title: string;
  readonly body: string;
  readonly rawContent: string;
  readonly appNotificationId: string;
  readonly groupName: string;
  /** "": the service's own choice. */
  readonly priority: string;
  readonly platforms: readonly string[];
};

export const platforms = ["Windows", "iOS", "Android", "WebPush"] as const;

/** The body of the POST. What is blank is left out, and what is missing then the service says itself. */
export const bodyOf = (written: Written, targetHostName: string, spareId: string): unknown => {
  const { title, body, rawContent, appNotificationId, groupName, priority } = written;
  const isVisual = title !== "" || body !== "";
  return {
    targetHostName,
    appNotificationId: appNotificationId === "" ? spareId : appNotificationId,
    payload: {
      ...(rawContent !== "" && { rawContent }),
      ...(isVisual && { visualContent: { title, ...(body !== "" && { body }) } }),
    },
    ...(groupName !== "" && { groupName }),
    ...(priority !== "" && { priority }),
    ...(written.platforms.length < platforms.length && { targetPolicy: { platformTypes: written.platforms } }),
  };
};

export type FieldName = keyof Written;

/** What the service found wrong: by the form's field where it is one's, the rest as one sentence. */
export type Faults = { readonly fields: ReadonlyMap<FieldName, string>; readonly sentence: string };

/** Reads the service's fault body (contract, 2.5), whatever it may be. */
export const faultsIn = (body: unknown, status: number): Faults => {
  const error = memberOf(body, "error");
  const details = memberOf(error, "details");
  const fields = new Map<FieldName, string>();
  for (const detail of Array.isArray(details) ? (details as readonly unknown[]) : []) {
    const target = textOf(memberOf(detail, "target"))?.toLowerCase() ?? "";
    const field = fieldsByTarget.find(([name]) => target === name || target.startsWith(`${name}.`))?.[1];
    const message = textOf(memberOf(detail, "message"));
    if (field && message !== undefined && !fields.has(field)) fields.set(field, message);
  }
  return { fields, sentence: `${status}: ${textOf(memberOf(error, "message")) ?? "no more was said."}` };
};

const fieldsByTarget: readonly (readonly [string, FieldName])[] = [
  ["payload.visualcontent.title", "title"],
  ["payload.visualcontent.body", "body"],
  ["payload.visualcontent", "title"],
  ["payload.rawcontent", "rawContent"],
  ["payload", "rawContent"],
  ["appnotificationid", "appNotificationId"],
  ["groupname", "groupName"],
  ["priority", "priority"],
  ["targetpolicy", "platforms"],
];

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
