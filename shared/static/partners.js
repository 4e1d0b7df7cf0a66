// Small comforts; every page works without them.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  // Keyboard and screen reader users land on what is wrong.
  document.querySelector(".error-summary")?.focus();

  const account = document.querySelector("details.account");
  document.addEventListener("click", (event) => {
    if (account?.open && !account.contains(event.target)) account.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !account?.open) return;
    account.open = false;
    account.querySelector("summary").focus();
  });
});

// A second tap on a slow phone must not send a form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
  setTimeout(() => delete form.dataset.sending, 4000);
});

// Drafts of forms (drafts.js): gone when the form has led to another page, and at sign-out.
function forgetDrafts(isOver) {
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith("draft:")) continue;
      if (isOver(JSON.parse(localStorage.getItem(key)))) localStorage.removeItem(key);
    }
  } catch {
    // A browser that keeps nothing has none.
  }
}

// A form may be sent from another page than it was written on, such as that of its preview.
function markSent(formId) {
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith("draft:")) continue;
      const draft = JSON.parse(localStorage.getItem(key));
      if (!draft.fields.some(([name, value]) => name === "form_id" && value === formId)) continue;
      localStorage.setItem(key, JSON.stringify({ ...draft, sentFrom: location.pathname }));
    }
  } catch {
    // As above.
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (new URL(form.action).pathname === "/sign-out") forgetDrafts(() => true);
  const formId = form.querySelector("[name=form_id]")?.value;
  if (formId && !event.submitter?.hasAttribute("formaction")) markSent(formId);
});

if (document.referrer && !location.pathname.startsWith("/sign-in")) {
  const from = new URL(document.referrer).pathname;
  forgetDrafts(({ sentFrom, path }) => sentFrom === from && path !== location.pathname);
}

// Coming back with the browser's back button shows the page as it was; let its forms be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sending]").forEach((form) => delete form.dataset.sending);
});
