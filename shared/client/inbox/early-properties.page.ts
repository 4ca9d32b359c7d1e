/**
 * Hands to an element's setters, in this order, what an app set before the element's script had arrived: until then it sits on the element
 * itself, in front of the setters.
 */
export const takeEarlyProperties = (element: HTMLElement, names: readonly string[]): void => {
  for (const name of names) {
    const early = Object.getOwnPropertyDescriptor(element, name);
    if (!early) continue;
    Reflect.deleteProperty(element, name);
    Reflect.set(element, name, early.value);
  }
};
