// Only what HTML and htmx cannot do. Everything here is a comfort: each page works without it.
"use strict";

const announce = (words) => {
  const region = document.getElementById("announcer");
  region.textContent = "";
  // A change in the next frame is read out even when the words are the same as before.
  requestAnimationFrame(() => { region.textContent = words; });
};

// Copy buttons
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await writeClipboard(button.dataset.copy);
  button.classList.add("done");
  announce(document.getElementById("announcer").dataset.copied);
  setTimeout(() => button.classList.remove("done"), 1500);
});

// The Clipboard API exists only behind https and on loopback; a local network has neither.
const writeClipboard = (text) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
};

// Dialogs
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
});

// Keys
const rows = () => [...document.querySelectorAll("[data-row]")];

const move = (step) => {
  const all = rows();
  const at = all.indexOf(document.activeElement);
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
};

const KEYS = {
  "/": () => document.querySelector("[data-search]")?.select(),
  "?": () => document.getElementById("shortcuts")?.showModal(),
  j: () => move(1),
  k: () => move(-1),
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  const act = KEYS[event.key] ?? linkOf(event.key);
  if (!act) return;
  event.preventDefault();
  act();
});

// Any other key is the one that a link of this page bears.
const linkOf = (key) => {
  const link = /^[a-z]$/.test(key) && document.querySelector(`[data-key="${key}"]`);
  return link && (() => link.click());
};

// Command palette: what the server finds, and behind it what this page itself offers.
const palette = document.getElementById("palette");

const openPalette = () => {
  if (!palette || palette.open) return;
  const box = palette.querySelector("[data-palette]");
  box.value = "";
  palette.showModal();
  htmx.trigger(box, "palette");
};

const offers = () => {
  const list = palette.querySelector(".palette-found");
  const typed = palette.querySelector("[data-palette]").value.trim().toLowerCase();
  const here = [...document.querySelectorAll("main :is(.next-step, .actions) :is(a.btn, button.btn)")]
    .filter((one) => one.innerText.trim() && one.innerText.toLowerCase().includes(typed));
  if (!here.length) return;
  const section = document.createElement("section");
  const title = document.createElement("h2");
  const items = document.createElement("ul");
  title.textContent = list.dataset.here;
  for (const one of here) {
    const choice = document.createElement("button");
    choice.type = "button";
    choice.dataset.choice = "";
    choice.textContent = one.innerText.trim();
    // A button is only brought under the hand: nothing is sent by a key that was meant for a list.
    choice.addEventListener("click", () => {
      palette.close();
      if (one.matches("a")) one.click();
      else { one.scrollIntoView({ block: "center" }); one.focus(); }
    });
    const item = document.createElement("li");
    item.append(choice);
    items.append(item);
  }
  section.append(title, items);
  list.append(section);
};

palette?.addEventListener("htmx:after:swap", offers);
palette?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const box = palette.querySelector("[data-palette]");
  const choices = [...palette.querySelectorAll("[data-choice]")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const at = choices.indexOf(document.activeElement) + step;
    (at < 0 ? box : choices[Math.min(at, choices.length - 1)])?.focus();
  } else if (event.key === "Enter" && event.target === box) {
    event.preventDefault();
    // What is listed may still answer an earlier letter: then the search decides.
    const answered = palette.querySelector("[data-asked]")?.dataset.asked === box.value;
    if (answered && choices[0]) choices[0].click();
    else location.href = `/orders?q=${encodeURIComponent(box.value)}`;
  }
});

// Full-width letters, digits and hyphens become half-width where the protocol has only those.
// On leaving the field, so that an input method is never disturbed while it composes.
const halfWidth = (text) =>
  text.trim()
    .replace(/[！-～]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0))
    .replace(/[‐‑‒–—―−ー]/g, "-")
    .replace(/　/g, " ");

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-normalise]")) event.target.value = halfWidth(event.target.value);
  updateTotals();
});

// <output data-total="Amount Tax">: the sum of the named fields, in yen
const updateTotals = () => {
  for (const output of document.querySelectorAll("[data-total]")) {
    const values = output.dataset.total.split(" ").map((name) => document.getElementsByName(name)[0]?.value ?? "");
    const digits = values.map((value) => halfWidth(value) || "0");
    const known = digits.every((value) => /^\d+$/.test(value));
    output.textContent = known ? `¥${digits.reduce((sum, value) => sum + Number(value), 0).toLocaleString("en")}` : "—";
  }
};

document.addEventListener("input", updateTotals);
updateTotals();

// A swap leaves these inputs alone, so that nobody's typing is lost: what it found is marked here.
document.addEventListener("htmx:after:swap", () => {
  for (const input of document.querySelectorAll(".field [hx-morph-skip][name]")) {
    const wrong = input.closest(".field").querySelector("[data-error-for]");
    input.classList.toggle("is-invalid", Boolean(wrong));
    if (wrong) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
});
