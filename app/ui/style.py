"""How the pages look: one style sheet, readable on light and dark, from a telephone's width upwards.

Colours are mixtures with the text colour, so that they follow the theme.
"""

ACCENT = "#2a78d6"
"""For areas, such as the bars of a chart."""
ACCENT_ON_LIGHT = "#1d62b8"
ACCENT_ON_DARK = "#7ab0f0"
"""For letters and lines: their contrast is 4.5 at least."""

CSS = """
:root { --ps-accent: light-dark(ON_LIGHT, ON_DARK); --ps-alarm: #d03b3b; }
button[kind^="primary"]:not(:disabled) * { color: light-dark(#fff, #0d1218) !important; }
.stMainBlockContainer { max-width: 60rem; padding-top: 4rem; }

h1.ps-page { font-size: 1.6rem; font-weight: 600; margin: 0; padding: 0; }
h2.ps-section { font-size: 1.2rem; font-weight: 600; margin: .6rem 0 0; padding: 0; }
h3.ps-chart { font-size: .95rem; font-weight: 600; margin: 0; padding: 0; }
dl.ps-facts {
  display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .3rem 1.5rem;
  margin: 0 !important; padding: 0 !important;
}
.ps-facts dt { color: color-mix(in srgb, currentColor 68%, transparent); }
dl.ps-facts dt, dl.ps-facts dd { margin: 0 !important; padding: 0 !important; }
.ps-facts dd { overflow-wrap: anywhere; text-align: start; }

[data-testid="stSidebar"] [data-testid="stVerticalBlock"] { gap: .45rem; }
[data-testid="stSidebar"] .st-key-facet-l [data-testid="stVerticalBlock"] { max-height: 22rem; overflow-y: auto; }
/* What Streamlit lays out for left to right only. */
[dir="rtl"] [data-testid="stSidebar"][data-collapsed="true"] { display: none; }
[dir="rtl"] [data-testid="stSlider"] [role="group"] > div > div:first-child { transform: scaleX(-1); }

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

/* Fonts of the machine, by script; none is fetched. */
:is(.ps-sheet, .ps-text, .ps-title):is(:lang(ar), :lang(fa)) {
  font-family: "Noto Naskh Arabic", "Noto Sans Arabic", "Segoe UI", "Geeza Pro", sans-serif;
}
:is(.ps-sheet, .ps-text, .ps-title):lang(he) {
  font-family: "Noto Sans Hebrew", "Segoe UI", "Arial Hebrew", sans-serif;
}
:is(.ps-sheet, .ps-text, .ps-title):lang(hi) {
  font-family: "Noto Sans Devanagari", "Nirmala UI", "Kohinoor Devanagari", sans-serif;
}
:is(.ps-sheet, .ps-text, .ps-title):lang(bn) {
  font-family: "Noto Sans Bengali", "Nirmala UI", "Kohinoor Bangla", sans-serif;
}
:is(.ps-sheet, .ps-text, .ps-title):lang(th) { font-family: "Noto Sans Thai", "Leelawadee UI", "Thonburi", sans-serif; }
:is(.ps-sheet, .ps-text, .ps-title):lang(zh) {
  font-family: "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif;
}
:is(.ps-sheet, .ps-text, .ps-title):lang(ja) {
  font-family: "Noto Sans CJK JP", "Yu Gothic UI", "Hiragino Sans", sans-serif;
}
:is(.ps-sheet, .ps-text, .ps-title):lang(ko) {
  font-family: "Noto Sans CJK KR", "Malgun Gothic", "Apple SD Gothic Neo", sans-serif;
}
""".replace("ON_LIGHT", ACCENT_ON_LIGHT).replace("ON_DARK", ACCENT_ON_DARK)
