"""Keys of the Ask page: / goes to the question, arrows go from card to card, Enter opens the card."""

from typing import Final

import streamlit as st

_SCRIPT: Final = """
<script>
if (!window.polyseekKeys) {
  window.polyseekKeys = true;
  const question = () => document.querySelector(".st-key-q input");
  const cards = () => Array.from(document.querySelectorAll("article.ps-card[tabindex]"));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const here = document.activeElement;
    const writing = here && (here.matches("input, textarea, select, [contenteditable=true], [role=slider]"));
    if (event.key === "/" && !writing && question()) {
      event.preventDefault();
      question().focus();
      question().select();
      return;
    }
    const all = cards();
    const place = all.indexOf(here);
    const free = here === document.body || here === question() || place >= 0;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && free && all.length) {
      const next = place + (event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
      if (next < 0) question()?.focus();
      else all[Math.min(next, all.length - 1)].focus();
    }
    if (event.key === "Enter" && place >= 0) {
      here.closest("[class*=st-key-hit-]")?.querySelector("[data-testid=stPageLink] a")?.click();
    }
  });
}
</script>
"""
"""It holds nothing from outside."""


def listen_to_keys() -> None:
    """Let the keyboard work on this page."""
    st.html(_SCRIPT, unsafe_allow_javascript=True)
