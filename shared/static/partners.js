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

// Whoever signs out leaves no draft behind (drafts.js).
document.addEventListener("submit", (event) => {
  if (new URL(event.target.action).pathname !== "/sign-out") return;
  try {
    const drafts = Object.keys(localStorage).filter((key) => key.startsWith("draft:"));
    drafts.forEach((key) => localStorage.removeItem(key));
  } catch {
    // A browser that keeps nothing has none.
  }
});

// Coming back with the browser's back button shows the page as it was; let its forms be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sending]").forEach((form) => delete form.dataset.sending);
});
