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

document.addEventListener("submit", (event) => {
  if (new URL(event.target.action).pathname === "/sign-out") forgetDrafts(() => true);
});

if (document.referrer && !location.pathname.startsWith("/sign-in")) {
  const from = new URL(document.referrer).pathname;
  forgetDrafts(({ sending, path }) => sending && path === from && path !== location.pathname);
}

// Coming back with the browser's back button shows the page as it was; let its forms be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sending]").forEach((form) => delete form.dataset.sending);
});
