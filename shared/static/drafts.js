// Forms marked data-draft survive a lost connection. What was typed and chosen stays in this browser
// (ids and own words, no names) until it is sent, thrown away, 48 hours old, or its writer signs out.
// The form carries an id of its own, so that the server keeps it once however often it is sent.
"use strict";

(() => {
  const PREFIX = "draft:";
  const KEPT_MS = 48 * 60 * 60 * 1000;
  const AGAIN_MS = 15 * 1000;

  const here = document.currentScript.src;
  const form = document.querySelector("form[data-draft]");
  const note = document.querySelector("[data-draft-note]");
  if (!form || !note) return;
  const key = PREFIX + form.dataset.draft + ":" + location.pathname;
  let storage;
  try {
    storage = window.localStorage;
    storage.getItem(key);
  } catch {
    return; // A browser that keeps nothing: the form works as any form.
  }

  function filledIn() {
    return [...new FormData(form)].filter(([name, value]) =>
      name !== "csrf_token" && typeof value === "string");
  }

  const untouched = JSON.stringify(filledIn().filter(([name]) => name !== "form_id"));

  function keep(untouchedToo) {
    const fields = filledIn();
    if (!untouchedToo && JSON.stringify(fields.filter(([name]) => name !== "form_id")) === untouched) return;
    storage.setItem(key, JSON.stringify({ at: Date.now(), path: location.pathname, fields }));
  }

  function forget() {
    storage.removeItem(key);
  }

  function isOld(text) {
    try {
      return Date.now() - JSON.parse(text).at > KEPT_MS;
    } catch {
      return true;
    }
  }

  // What is too old, and what somebody else began on this device.
  function sweep() {
    for (const each of Object.keys(storage)) {
      if (!each.startsWith(PREFIX)) continue;
      const own = each.startsWith(PREFIX + form.dataset.draft + ":");
      if (!own || isOld(storage.getItem(each))) storage.removeItem(each);
    }
  }

  function say(words) {
    note.querySelector("[data-words]").textContent = words;
    note.hidden = false;
  }

  function bringBack() {
    const kept = storage.getItem(key);
    if (!kept) return;
    mark("");
    if (document.querySelector(".error-summary")) return; // The page shows what was typed itself.
    const { fields } = JSON.parse(kept);
    const chosen = new Set(fields.map(([name, value]) => name + "\0" + value));
    const values = new Map(fields);
    for (const field of form.elements) {
      if (!field.name || field.name === "csrf_token") continue;
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = chosen.has(field.name + "\0" + field.value);
      } else if (values.has(field.name)) {
        field.value = values.get(field.name);
      }
    }
    say(note.dataset.back);
  }

  let waits = 0;

  // Asks whether there is a connection before the browser leaves the page for good.
  async function send() {
    clearTimeout(waits);
    keep(true);
    try {
      await fetch(here, { method: "HEAD", cache: "no-store" });
    } catch {
      say(note.dataset.waiting);
      waits = setTimeout(send, AGAIN_MS);
      return;
    }
    mark(location.pathname);
    form.submit();
  }

  // A draft on its way is thrown away by the page that comes after this one (partners.js).
  function mark(sentFrom) {
    const kept = storage.getItem(key);
    if (kept) storage.setItem(key, JSON.stringify({ ...JSON.parse(kept), sentFrom }));
  }

  form.addEventListener("input", () => keep(false));
  form.addEventListener("change", () => keep(false));
  form.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction") || !form.checkValidity()) return;
    event.preventDefault();
    send();
  });
  window.addEventListener("online", () => waits && send());
  note.querySelector("[data-discard]").addEventListener("click", () => {
    clearTimeout(waits);
    forget();
    location.reload();
  });
  sweep();
  bringBack();
})();
