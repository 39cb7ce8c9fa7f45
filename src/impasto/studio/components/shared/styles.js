// The style sheet of the components, once on a page; awaited, so that nothing is measured before it holds.

let added = null;

export function addStyles() {
  added ??= new Promise((resolve) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = new URL("components.css", import.meta.url);
    link.onload = link.onerror = resolve;
    document.head.append(link);
  });
  return added;
}
