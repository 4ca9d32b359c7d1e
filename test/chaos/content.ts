/** Which of all contents this is: the notification it belongs to, and the how manyth content that is, from 1. */
export type Mark = { readonly notification: number; readonly version: number };

/** How a notification is named by its caller, so that a later content replaces an earlier one. */
export const appNotificationIdOf = ({ notification }: Pick<Mark, "notification">): string => `chaos-${notification}`;

/** The raw content that carries a mark to the devices. */
export const rawContentOf = ({ notification, version }: Mark): string => `chaos-${notification}.${version}`;

const form = /"rawContent":"chaos-(\d+)\.(\d+)"/;

/** The mark in what a device decrypted; undefined when it is none of ours, or a tap. */
export const markIn = (content: string | null): Mark | undefined => {
  const [, notification, version] = form.exec(content ?? "") ?? [];
  return notification === undefined ? undefined : { notification: Number(notification), version: Number(version) };
};
