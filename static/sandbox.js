// The customer's pages of the sandbox. Everything here also works without it, by its buttons.
"use strict";

const FIRST_DELIVERY_MS = 4000; // a shop that never answers must not keep the second one back

// Two presses would be two payments of one trade, the second of which is refused.
for (const form of document.querySelectorAll(".customer form:not([data-deliver])")) {
  form.addEventListener("submit", () => {
    setTimeout(() => form.querySelectorAll("button").forEach((button) => (button.disabled = true)));
  });
}

function deliver(forms) {
  const [form, ...rest] = forms;
  if (!form) return;
  if (rest.length) {
    let done = false;
    const next = () => {
      if (!done) deliver(rest);
      done = true;
    };
    document.querySelector("iframe").addEventListener("load", next);
    setTimeout(next, FIRST_DELIVERY_MS);
  }
  form.submit();
}

const results = [...document.querySelectorAll("form[data-deliver]")];
if (results.length) setTimeout(deliver, Number(results[0].dataset.delay) * 1000, results);

// The Clipboard API exists only behind https and on loopback; a local network has neither.
const copy = (element) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(element.textContent);
  getSelection().selectAllChildren(element);
  document.execCommand("copy");
};

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.copies));
    button.textContent = button.dataset.done;
  });
}

for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
