// Passkeys: asks the browser for what the desk wants signed, and sends the form with the answer.
// A form says by `data-passkey` what it is for: "create" or "get"; by `data-challenge` where to ask.
"use strict";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

// What came as text and has to be bytes for the browser.
const asAsked = (options) => {
  const listed = (named) => (named ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));
  const asked = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) asked.user = { ...options.user, id: toBytes(options.user.id) };
  if (options.excludeCredentials) asked.excludeCredentials = listed(options.excludeCredentials);
  if (options.allowCredentials) asked.allowCredentials = listed(options.allowCredentials);
  return asked;
};

const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature"];

const asAnswer = (made) => {
  const given = PARTS.filter((part) => made.response[part]);
  const response = Object.fromEntries(given.map((part) => [part, toText(made.response[part])]));
  return JSON.stringify({ id: made.id, rawId: toText(made.rawId), type: made.type, response });
};

const send = async (form) => {
  const told = await fetch(form.dataset.challenge, { method: "POST" });
  // Led away, or refused: the form itself then says why, and where to go.
  if (told.ok && !told.redirected) {
    const publicKey = asAsked(await told.json());
    const kind = form.dataset.passkey;
    form.elements.passkey.value = asAnswer(await navigator.credentials[kind]({ publicKey }));
  }
  HTMLFormElement.prototype.submit.call(form);
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const failed = form.querySelector("[data-passkey-failed]");
    button.disabled = true;
    failed.hidden = true;
    try {
      await send(form);
    } catch {
      // Nobody touched the device in time, or it is not one that was asked for.
      failed.hidden = false;
      button.disabled = false;
    }
  });
}
