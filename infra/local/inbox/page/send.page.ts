import { element, setAttribute, setText } from "../../../../shared/client/inbox/element.page.ts";
import { bodyOf, faultsIn, platforms, type FieldName, type Faults, type Written } from "./send-form.ts";

type Use = {
  readonly serviceUrl: string;
  readonly targetHostName: string;
  readonly token: () => Promise<string | undefined>;
};

/** The form that posts a notification to the user who is signed in, with the user's own token, as an app of theirs could. */
export const drawSend = (section: HTMLElement, { serviceUrl, targetHostName, token }: Use): void => {
  const fields = makeFields();
  const submit = element("button", { type: "submit", class: "main" }, "Send");
  const status = element("p", { role: "status", class: "answer" });
  const form = element(
    "form",
    { novalidate: true, autocomplete: "off" },
    ...[fields.title.row, fields.body.row, fields.rawContent.row],
    element(
      "details",
      {},
      element("summary", {}, "More"),
      ...[fields.appNotificationId.row, fields.groupName.row, fields.priority.row, fields.platforms.row],
    ),
    element("div", { class: "submit" }, submit),
    status,
  );
  section.replaceChildren(...section.querySelectorAll("h2"), form);

  const tellFaults = ({ fields: faulty, sentence }: Faults): void => {
    for (const [name, field] of entriesOf(fields)) field.blame(faulty.get(name));
    setText(status, sentence);
    setAttribute(status, "data-kind", "fault");
    const [first] = faulty.keys();
    if (first === undefined) return;
    const { row, control } = fields[first];
    row.closest("details")?.setAttribute("open", "");
    control.focus();
  };

  const send = async (): Promise<void> => {
    const bearer = await token();
    const answer = await fetch(`${serviceUrl}/beta/me/notifications`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(bodyOf(writtenIn(form), targetHostName, `from-the-page-${Date.now().toString(36)}`)),
    });
    const body: unknown = await answer.json().catch(() => undefined);
    if (!answer.ok) {
      tellFaults(faultsIn(body, answer.status));
      return;
    }
    tellFaults({ fields: new Map(), sentence: sentAs(answer, body) });
    setAttribute(status, "data-kind", "done");
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (submit.hasAttribute("aria-disabled")) return;
    setAttribute(submit, "aria-disabled", "true");
    void send()
      .catch(() => tellFaults({ fields: new Map(), sentence: "The service cannot be reached." }))
      .finally(() => setAttribute(submit, "aria-disabled", undefined));
  });
};

const sentAs = ({ status }: Response, body: unknown): string => {
  const id = typeof body === "object" && body !== null && "id" in body ? String(body.id) : "";
  return `${status} ${status === 200 ? "OK: replaced" : "Created"}, id ${id}`;
};

const makeFields = () => {
  const priority = element("select", { name: "priority" });
  for (const [value, name] of [
    ["", "The service’s choice"],
    ["High", "High"],
    ["None", "None"],
    ["Low", "Low"],
  ] as const) {
    priority.append(element("option", { value }, name));
  }
  return {
    title: labelled("title", "Title", element("input", { name: "title", value: "Your parcel is here" })),
    body: labelled("body", "Text", element("input", { name: "body", value: "At the front desk until 18:00." })),
    rawContent: labelled(
      "rawContent",
      "Raw content, for apps and browsers",
      element("textarea", { name: "rawContent", rows: "2" }, "Your parcel is at the front desk."),
    ),
    appNotificationId: labelled(
      "appNotificationId",
      "appNotificationId: the same again replaces",
      element("input", { name: "appNotificationId", placeholder: "a new one each time" }),
    ),
    groupName: labelled("groupName", "Group", element("input", { name: "groupName" })),
    priority: labelled("priority", "Priority", priority),
    platforms: platformChoice(),
  } satisfies Record<FieldName, Field>;
};

type Field = {
  readonly row: HTMLElement;
  readonly control: HTMLElement;
  /** Says what is wrong with it; undefined: nothing. */
  readonly blame: (fault: string | undefined) => void;
};

const labelled = (name: FieldName, label: string, control: HTMLElement): Field => {
  control.id = `field-${name}`;
  const row = element("div", { class: "field" }, element("label", { for: control.id }, label), control);
  return { row, control, blame: blamer(name, row, control) };
};

const platformChoice = (): Field => {
  const boxes = platforms.map((name) =>
    element("input", { type: "checkbox", name: "platforms", value: name, checked: true }),
  );
  const choices = boxes.map((box) => element("label", {}, box, box.value === "WebPush" ? "Browsers" : box.value));
  const row = element(
    "fieldset",
    { class: "field" },
    element("legend", {}, "Rings on"),
    element("div", {}, ...choices),
  );
  const [control = row] = boxes;
  return { row, control, blame: blamer("platforms", row, control) };
};

const blamer = (name: FieldName, row: HTMLElement, control: HTMLElement): Field["blame"] => {
  const told = element("p", { class: "fault", id: `fault-${name}` });
  return (fault) => {
    setText(told, fault ?? "");
    if (fault === undefined) told.remove();
    else row.append(told);
    setAttribute(control, "aria-invalid", fault === undefined ? undefined : "true");
    setAttribute(control, "aria-describedby", fault === undefined ? undefined : told.id);
  };
};

const entriesOf = (fields: Record<FieldName, Field>): (readonly [FieldName, Field])[] =>
  (Object.keys(fields) as FieldName[]).map((name) => [name, fields[name]] as const);

const writtenIn = (form: HTMLFormElement): Written => {
  const data = new FormData(form);
  const textOf = (name: FieldName): string => {
    const value = data.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  return {
    title: textOf("title"),
    body: textOf("body"),
    rawContent: textOf("rawContent"),
    appNotificationId: textOf("appNotificationId"),
    groupName: textOf("groupName"),
    priority: textOf("priority"),
    platforms: data.getAll("platforms").filter((value) => typeof value === "string"),
  };
};
