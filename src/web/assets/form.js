// The agent's form and the live page. Without this file every step is a click and a page is loaded anew by hand.
{
  // Keys as on the terminal; whoever types into a field, types.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.target.closest("input, textarea, select")) return;
    const key = event.key === "Backspace" ? "b" : event.key.toLowerCase();
    const meant = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!meant) return;
    event.preventDefault();
    meant.focus();
    if (meant.tagName !== "INPUT") meant.click();
  });

  // What went wrong is read first.
  document.querySelector("[data-focus]")?.focus();

  // A button that acts is pressed once; whoever comes back to the page may press it again.
  const sent = new Set();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("once" in form.dataset)) return;
    if (sent.has(form)) event.preventDefault();
    sent.add(form);
  });
  window.addEventListener("pageshow", () => sent.clear());

  const live = document.querySelector("[data-live]");
  if (live) {
    const lost = live.querySelector(".lost");
    let heard = Date.now();
    const alive = () => {
      heard = Date.now();
      lost.hidden = true;
    };
    const waiting = new Map();
    const put = (name, html) => {
      const part = live.querySelector(`[data-part="${name}"]`);
      if (!part) return;
      const active = document.activeElement;
      const opened = [...part.querySelectorAll("details[open]")].map((it) => it.querySelector("summary").textContent);
      // What somebody is filling in stays until they are done with it.
      if (part.contains(active) && active.matches("input, select, textarea, button")) {
        waiting.set(name, html);
        return;
      }
      const place = [...part.querySelectorAll("a, summary, [tabindex]")].indexOf(active);
      part.innerHTML = html;
      for (const details of part.querySelectorAll("details")) {
        if (opened.includes(details.querySelector("summary").textContent)) details.open = true;
      }
      for (const button of part.querySelectorAll("[data-copies]")) button.hidden = false;
      if (place >= 0) part.querySelectorAll("a, summary, [tabindex]")[place]?.focus();
    };
    document.addEventListener("focusout", () =>
      setTimeout(() => {
        for (const [name, html] of [...waiting]) {
          waiting.delete(name);
          put(name, html);
        }
      }, 0),
    );
    const events = new EventSource(live.dataset.live);
    events.addEventListener("part", (event) => {
      alive();
      const { name, html } = JSON.parse(event.data);
      waiting.delete(name);
      const part = live.querySelector(`[data-part="${name}"]`);
      const draft = document.createElement("div");
      draft.innerHTML = html;
      for (const button of draft.querySelectorAll("[data-copies]")) button.hidden = false;
      const now = part?.cloneNode(true);
      for (const details of now?.querySelectorAll("details") ?? []) details.open = false;
      if (now && draft.innerHTML !== now.innerHTML) put(name, html);
    });
    events.addEventListener("beat", alive);
    events.addEventListener("end", () => {
      events.close();
      lost.hidden = false;
      lost.textContent = "This page is not kept up to date any more: load it again.";
      heard = Infinity;
    });
    setInterval(() => {
      const silent = Math.floor((Date.now() - heard) / 1000);
      if (silent < 25) return;
      lost.hidden = false;
      lost.textContent = `The connection is lost: what stands here is ${silent} s old. It is tried again by itself.`;
    }, 1000);
  }
}
