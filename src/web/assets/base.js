// A page is whole without this file. It makes a copy button of every element that says which text it copies.
"use strict";
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copies);
  const said = button.dataset.said || "Copied";
  try {
    await navigator.clipboard.writeText(source.innerText);
    button.textContent = said;
  } catch {
    const range = document.createRange();
    range.selectNodeContents(source);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    button.textContent = "Selected: press Ctrl+C";
  }
});
for (const button of document.querySelectorAll("[data-copies]")) button.hidden = false;
