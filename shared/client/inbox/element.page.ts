type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/** A new element with attributes (`false` and undefined: left out) and children; strings become text, never markup. */
export const element = <Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) setAttribute(made, key, value);
  made.append(...children);
  return made;
};

/** Writes only what differs: a write to the tree makes the browser lay out again and a screen reader look again. */
export const setText = (node: Node, text: string): void => {
  if (node.textContent !== text) node.textContent = text;
};

/** Sets an attribute; `true` sets it empty, `false` and undefined take it away. Writes only what differs. */
export const setAttribute = (node: Element, name: string, value: string | boolean | undefined): void => {
  const text = value === true ? "" : value;
  if (text === undefined || text === false) {
    node.removeAttribute(name);
    return;
  }
  if (node.getAttribute(name) !== text) node.setAttribute(name, text);
};

/** The children of a parent, in this order; those that stay in their order are not moved, for moving takes the focus away. */
export const setChildren = (parent: Element, children: readonly Element[]): void => {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const child of children) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
};
