// Files that are chosen, dropped or pasted are sent as they are; what became of them is told to the page. The server
// decides what a file is that was brought to no place of its own.
(() => {
  const tell = (line, good) => window.emitEvent && window.emitEvent("studio_line", { line, good });

  async function send(file, role) {
    const query = new URLSearchParams({ role, name: file.name || "pasted.png" });
    const slow = setTimeout(() => tell(`${file.name || "picture"} is being sent …`, true), 1500);
    try {
      const answer = await fetch(`/studio/upload?${query}`, { method: "POST", body: file });
      if (answer.ok) tell((await answer.json()).line, true);
      else tell((await answer.text()).trim() || "this file was refused", false);
    } catch {
      tell(`${file.name} could not be sent: it is too large, or the studio is closed`, false);
    } finally {
      clearTimeout(slow);
    }
  }

  // One after the other: the first of several may be the photograph.
  async function sendAll(files, role = "any") {
    for (const file of files) await send(file, role);
  }

  document.addEventListener("click", (event) => {
    const zone = event.target.closest("[data-upload]");
    if (!zone) return;
    const input = zone.querySelector("input[type=file]") || document.createElement("input");
    if (event.target === input) return;
    if (!input.isConnected) {
      input.type = "file";
      input.hidden = true;
      input.multiple = zone.dataset.upload === "painting";
      input.accept = zone.dataset.upload === "settings" ? ".toml,image/*" : "image/*,.heic,.heif,.avif,.jxl,.tif,.tiff";
      input.setAttribute("aria-label", zone.getAttribute("aria-label") || zone.dataset.upload);
      input.addEventListener("change", () => {
        sendAll([...input.files], zone.dataset.upload);
        input.value = "";
      });
      zone.appendChild(input);
    }
    input.click();
  });

  for (const kind of ["dragenter", "dragover"])
    document.addEventListener(kind, (event) => {
      if (![...(event.dataTransfer?.types || [])].includes("Files")) return;
      event.preventDefault();
      document.body.classList.add("dropping");
      const zone = event.target.closest?.("[data-upload]");
      document.querySelectorAll(".aimed").forEach((one) => one !== zone && one.classList.remove("aimed"));
      zone?.classList.add("aimed");
    });
  const calm = () => {
    document.body.classList.remove("dropping");
    document.querySelectorAll(".aimed").forEach((one) => one.classList.remove("aimed"));
  };
  document.addEventListener("dragleave", (event) => event.relatedTarget || calm());
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    calm();
    const zone = event.target.closest?.("[data-upload]");
    sendAll([...event.dataTransfer.files], zone?.dataset.upload);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files || [])];
    if (files.length) sendAll(files);
  });

  // On a narrow page one region is shown at a time.
  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-show]");
    if (tab) show(tab.dataset.show);
  });

  function show(name) {
    document.body.dataset.shown = name;
    document.querySelectorAll("[data-show]").forEach((one) =>
      one.setAttribute("aria-pressed", String(one.dataset.show === name)));
  }

  // Who has no photograph yet is shown where to drop one, and not the knobs.
  window.studioBegins = () => document.body.dataset.shown || show("pictures");

  // What has the focus in a slider is not what it is named on: screen readers read the former.
  document.addEventListener("focusin", (event) => {
    const slider = event.target.closest?.(".q-slider");
    if (!slider || slider === event.target) return;
    for (const { name, value } of [...slider.attributes])
      if (name === "role" || name.startsWith("aria-")) event.target.setAttribute(name, value);
  });

  // Keys of the whole page; while one types, or a button has the focus that the key is for, they do nothing.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector(".q-dialog")) return;
    const within = event.target.closest?.("input, textarea, select, [contenteditable], [role=listbox]");
    if (within) return;
    const key = event.key === " " ? "space" : event.key;
    if (key === "space" && event.target.closest?.("button, a, [role=button], summary")) return;
    if (!["space", "z", "b", "p", "ArrowLeft", "ArrowRight"].includes(key)) return;
    if (key.startsWith("Arrow") && event.target.closest?.("[role=slider]")) return;
    event.preventDefault();
    window.emitEvent && window.emitEvent("studio_key", { key });
  });
})();
