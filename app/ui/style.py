"""How the pages look: one style sheet, readable on light and dark, from a telephone's width upwards.

Colours are mixtures with the text colour, so that they follow the theme.
"""

ACCENT = "#2a78d6"

CSS = """
:root { --ps-accent: ACCENT; --ps-alarm: #d03b3b; }
.stMainBlockContainer { max-width: 60rem; padding-top: 4rem; }
.st-key-q input { unicode-bidi: plaintext; text-align: start; font-size: 1.15rem; }

.ps-card, .ps-notice {
  border: 1px solid color-mix(in srgb, currentColor 16%, transparent);
  border-radius: .75rem; padding: 1rem 1.2rem; overflow-wrap: anywhere;
}
.ps-head { display: flex; gap: .75rem; align-items: baseline; justify-content: space-between; }
.ps-title { font-size: 1.1rem; font-weight: 600; flex: 1; text-align: start; unicode-bidi: plaintext; }
.ps-badge {
  font-size: .8rem; white-space: nowrap; padding: .1rem .6rem; border-radius: 1rem;
  background: color-mix(in srgb, currentColor 9%, transparent);
}
.ps-totals { display: flex; flex-wrap: wrap; gap: .5rem 2.5rem; }
.ps-totals strong { display: block; font-size: 1.6rem; font-weight: 500; line-height: 1.2; }
.ps-badges { display: flex; flex-wrap: wrap; gap: .4rem; }
.ps-meta {
  display: flex; flex-wrap: wrap; gap: .1rem 1rem; align-items: center;
  font-size: .85rem; margin: .2rem 0 .7rem; color: color-mix(in srgb, currentColor 68%, transparent);
}
.ps-score { display: inline-flex; gap: .5rem; align-items: center; white-space: nowrap; }
.ps-bar {
  display: inline-block; width: 6rem; height: .4rem; border-radius: .2rem; overflow: hidden;
  background: color-mix(in srgb, currentColor 16%, transparent);
}
.ps-bar > span { display: block; height: 100%; background: var(--ps-accent); }
.ps-text { white-space: pre-line; line-height: 1.65; text-align: start; }
.ps-text mark {
  color: inherit; background: rgba(255, 196, 0, .32); border-radius: .2rem; padding: .08em 0;
  box-decoration-break: clone; -webkit-box-decoration-break: clone;
}
.ps-also { font-size: .85rem; margin: .7rem 0 0; color: color-mix(in srgb, currentColor 68%, transparent); }
.ps-notice { white-space: pre-line; background: color-mix(in srgb, var(--ps-accent) 9%, transparent); }
.ps-notice.ps-error { background: color-mix(in srgb, var(--ps-alarm) 13%, transparent); }
.ps-quiet {
  font-size: .85rem; overflow-wrap: anywhere; color: color-mix(in srgb, currentColor 68%, transparent);
}
""".replace("ACCENT", ACCENT)
