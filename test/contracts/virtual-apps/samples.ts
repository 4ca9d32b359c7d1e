/** The original's push message (contract 5); without an entity the tap. */
export const envelopeOf = (
  marks: { readonly newETag: string; readonly baseETag: string },
  entity?: Readonly<Record<string, unknown>>,
): string => {
  if (!entity) return JSON.stringify({ changeType: "afsChangeNotification", ...marks });
  const { id, appNotificationId, expirationDateTime, payload } = entity;
  return JSON.stringify({
    changeType: "afsChange",
    ...marks,
    notification: { id, appNotificationId, expirationDateTime, payload },
  });
};

export const visual = (title: string, body?: string) => ({
  payload: { rawContent: "not for the screen", visualContent: { title, ...(body !== undefined && { body }) } },
});
