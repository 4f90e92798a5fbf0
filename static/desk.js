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
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") callPalette(event);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  const act = KEYS[event.key] ?? linkOf(event.key);
  if (!act) return;
  event.preventDefault();
  act();
});

// The command palette is there at once; what it does is fetched when it is first called for.
const callPalette = (event) => {
  const palette = document.getElementById("palette");
  if (!palette) return;
  event.preventDefault();
  if (palette.open) return;
  palette.querySelector("input").value = "";
  palette.showModal();
  if (palette.dataset.script) {
    const script = document.createElement("script");
    script.src = palette.dataset.script;
    delete palette.dataset.script;
    document.head.append(script);
  } else palette.dispatchEvent(new Event("call"));
};

// Any other key is the one that a link of this page bears, or a line of the list of keys.
const linkOf = (key) => {
  const one = /^[a-z]$/.test(key) && document.querySelector(`[data-key="${key}"]`);
  return one && (() => { if (one.dataset.address) location.assign(one.dataset.address); else one.click(); });
};

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
  for (const output of document.querySelectorAll("output[data-total]")) {
    const values = output.dataset.total.split(" ").map((name) => document.getElementsByName(name)[0]?.value ?? "");
    // 12,000, ¥1200 and 1200円 are amounts as well.
    const digits = values.map((value) => halfWidth(value).replace(/[¥￥,円\s]/g, "") || "0");
    const known = digits.every((value) => /^\d+$/.test(value));
    output.textContent = known ? `¥${digits.reduce((sum, value) => sum + Number(value), 0).toLocaleString("en")}` : "—";
  }
};

document.addEventListener("input", updateTotals);
updateTotals();

// A form that comes back refused: its first wrong field is under the hand, and read out.
document.querySelector("main .is-invalid:not([type=hidden])")?.focus();

// A swap leaves these inputs alone, so that nobody's typing is lost: what it found is marked here.
document.addEventListener("htmx:after:swap", () => {
  for (const input of document.querySelectorAll(".field [hx-morph-skip][name]")) {
    const wrong = input.closest(".field").querySelector("[data-error-for]");
    input.classList.toggle("is-invalid", Boolean(wrong));
    if (wrong) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
});

// News in this browser, where its person has asked for them here: on whatever page a tab is open, and
// hidden too, when the live streams rest. The first tab that asks shows them.
const NEWS_HERE = "netcash-news-here";

const showNews = async () => {
  if (Notification.permission !== "granted" || !localStorage.getItem(NEWS_HERE)) return;
  const answer = await fetch("/live/news", { method: "POST", signal: AbortSignal.timeout(8000) }).catch(() => null);
  if (!answer?.ok || answer.redirected || answer.status === 204) return;
  const { key, title, body, href } = await answer.json();
  const shown = new Notification(title, { body, tag: key });
  shown.onclick = () => { window.focus(); location.href = href; };
};

if ("Notification" in window) {
  showNews();
  setInterval(showNews, 20000);
  // Asked for on a click alone.
  const form = document.querySelector("[data-news-here]");
  if (form) document.querySelector("[data-news-card]").hidden = false;
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await Notification.requestPermission();
    document.querySelector("[data-news-refused]").hidden = answer === "granted";
    if (answer !== "granted") return;
    localStorage.setItem(NEWS_HERE, "yes");
    if (form.dataset.newsHere === "known") showNews();
    else form.submit();
  });
}
