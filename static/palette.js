// The command palette: what the server finds, and behind it what this page itself offers.
"use strict";

(() => {
  const palette = document.getElementById("palette");

  let finding = 0;
  const find = async () => {
    const box = palette.querySelector("[data-palette]"), turn = ++finding;
    const headers = { "HX-Request": "true", "HX-Request-Type": "partial" };
    const answer = await fetch(`/palette?find=${encodeURIComponent(box.value)}`, { headers }).catch(() => null);
    if (!answer?.ok || turn !== finding) return;
    // Signed out meanwhile.
    if (answer.headers.has("HX-Redirect")) { location.reload(); return; }
    palette.querySelector(".palette-found").innerHTML = await answer.text();
    offers();
  };

  palette.addEventListener("call", find);

  let soon = 0;
  palette.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(find, 150);
  });

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

  palette.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const box = palette.querySelector("[data-palette]");
    const choices = [...palette.querySelectorAll("[data-choice]")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      // The box would empty itself first, and stay.
      event.preventDefault();
      palette.close();
    } else if (step) {
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
  find();
})();
