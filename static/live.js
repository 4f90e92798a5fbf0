// A list that fills itself from a stream of rows. The page is complete without it.
"use strict";

(() => {
  const bar = document.querySelector("[data-live]");
  const rows = document.querySelector("[data-live-rows]");
  if (!bar || !window.htmx) return;

  const mark = bar.querySelector("[data-live-mark]");
  const button = bar.querySelector("[data-live-pause]");
  const most = Number(rows?.dataset.liveRows) || 200;
  const held = [];
  // The stream says something every 15 seconds. One that stays silent longer than this is cut off,
  // even where nothing has told the browser so: the mark says it within 20.
  const silence = 18000;
  let paused = false, heard = false, heardAt = 0, lost = null;
  bar.hidden = false;

  const clock = (date) => date.toLocaleTimeString("en-GB", { timeZone: "Asia/Tokyo", hour: "2-digit", minute: "2-digit" });

  const say = (state) => {
    bar.dataset.state = state;
    const words = state === "live" ? mark.dataset.liveWords : mark.dataset[state];
    mark.textContent = words.replace("{time}", lost ? clock(lost) : "");
  };

  // A part of the page: fetched again at once, and once more when a lookup may have confirmed it.
  // Never under the hands of somebody who is typing in it.
  const region = bar.dataset.liveRefresh;
  let soon = 0, later = 0, refreshedAt = 0;

  const refresh = () => {
    const hand = document.activeElement;
    if (hand?.matches(`${region} :is(input, textarea, select)`)) {
      hand.addEventListener("blur", refreshSoon, { once: true });
      return;
    }
    refreshedAt = Date.now();
    htmx.ajax("GET", location.href, { target: region, select: region, swap: "outerMorph" });
    countSoon();
  };

  // What a screen reader has to hear of a page that fills itself: how its order stands, once it
  // stands otherwise.
  const standing = () => document.querySelector(`${region} .claim-whole .mark`)?.innerText ?? "";
  let stood = region ? standing() : "";
  if (region) {
    document.addEventListener("htmx:after:swap", () => {
      const stands = standing();
      if (stands !== stood) document.getElementById("announcer").textContent = stands;
      stood = stands;
    });
  }

  // What its own forms ask is answered on a page that is loaded anew: there it is said how it stands.
  const ASKED = "netcash-asked";
  document.addEventListener("submit", (event) => {
    if (region && event.target.closest(region)) sessionStorage.setItem(ASKED, location.pathname);
  });
  if (region && sessionStorage.getItem(ASKED) === location.pathname) {
    const next = document.querySelector(`${region} .next-step h2`)?.innerText ?? "";
    // A region that is filled while the page loads is not read out.
    setTimeout(() => { document.getElementById("announcer").textContent = `${stood} ${next}`; }, 500);
  }
  sessionStorage.removeItem(ASKED);

  // In a rush it is fetched once a second, not put off until the rush is over.
  const refreshSoon = () => {
    clearTimeout(later);
    later = setTimeout(refresh, 4000);
    soon ||= setTimeout(() => { soon = 0; refresh(); }, Math.max(300, refreshedAt + 1000 - Date.now()));
  };

  // How many entries need a person: in the menu and in the title, which a hidden tab shows.
  const count = async () => {
    const answer = await fetch(bar.dataset.number).catch(() => null);
    const number = answer?.ok && !answer.redirected ? await answer.text() : "";
    if (!number) return;
    const title = document.title.replace(/^\(\d+\) /, "");
    document.title = number === "0" ? title : `(${number}) ${title}`;
    document.querySelector("title").dataset.attentionCount = number;
    for (const one of document.querySelectorAll(".sidebar [data-attention-count]")) {
      one.dataset.attentionCount = one.textContent = number;
      one.hidden = number === "0";
    }
  };
  let counting = 0;
  const countSoon = () => { counting ||= setTimeout(() => { counting = 0; count(); }, 1000); };

  // Rows
  const show = (html) => {
    if (region) { refreshSoon(); return; }
    countSoon();
    const template = document.createElement("template");
    template.innerHTML = html;
    const row = template.content.firstElementChild;
    const old = document.getElementById(row.id);
    // It was shown before it was judged, and belongs to another environment.
    if (row.dataset.gone) { old?.remove(); return; }
    if (!rows) { location.reload(); return; }
    if (old) old.replaceWith(row);
    // A repeat of a callback that lies on another page changes nothing here.
    else if (!row.dataset.repeat) {
      rows.prepend(row);
      document.getElementById("announcer").textContent = row.innerText.replace(/\s+/g, " ");
      while (rows.rows.length > most) rows.lastElementChild.remove();
    }
  };

  // Stream
  const live = () => {
    heard = true;
    heardAt = Date.now();
    lost = null;
    if (!paused) say("live");
  };

  const gone = () => {
    lost ??= new Date();
    if (!paused) say(new Date() - lost < 10000 ? "reconnecting" : "stale");
  };

  bar.addEventListener("live", live);
  bar.addEventListener("htmx:sse:before:message", (event) => {
    const { message } = event.detail;
    if (message.event) return;
    event.detail.cancelled = true;
    live();
    if (!paused) { show(message.data); return; }
    held.push(message.data);
    button.textContent = button.dataset.waiting.replace("{number}", held.length);
  });
  bar.addEventListener("htmx:sse:error", (event) => {
    if (event.detail.status === 401) location.reload();
    gone();
  });
  bar.addEventListener("htmx:sse:close", gone);

  // Pause
  button?.addEventListener("click", () => {
    paused = !paused;
    button.setAttribute("aria-pressed", String(paused));
    button.textContent = paused ? button.dataset.resume : button.dataset.pause;
    if (paused) { say("paused"); return; }
    held.splice(0).forEach(show);
    say(lost ? "reconnecting" : heard ? "live" : "polling");
  });

  // A proxy that holds the stream back, or a stream gone silent: ask for the page instead.
  const poll = async () => {
    if (heard || paused || document.hidden) return;
    // A server that is stopped accepts, and never answers.
    const answer = await fetch(location.href, { signal: AbortSignal.timeout(4000) }).catch(() => null);
    if (heard) return;
    if (!answer?.ok) { gone(); return; }
    // Signed out meanwhile: the address now leads to the sign-in.
    if (answer.redirected) { location.reload(); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-live-rows]");
    if (region) refresh();
    else if (fresh && !rows) { location.reload(); return; }
    else if (fresh) rows.replaceChildren(...fresh.children);
    lost = null;
    say("polling");
  };
  const watch = () => {
    if (document.hidden) return;
    if (heard && lost) gone();
    poll();
  };
  setInterval(() => {
    if (document.hidden || !heard || Date.now() - heardAt <= silence) return;
    heard = false;
    lost = new Date(heardAt);
    if (!paused) say("stale");
    poll();
  }, 1000);
  setTimeout(() => { watch(); setInterval(watch, 5000); }, 8000);

  // Streams rest while the page is hidden: what its title says is asked for.
  setInterval(() => { if (document.hidden) count(); }, 15000);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    heardAt = Date.now();
    count();
  });
})();
