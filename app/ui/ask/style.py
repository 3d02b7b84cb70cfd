"""How the Ask page looks."""

CSS = """
.st-key-q input { unicode-bidi: plaintext; text-align: start; font-size: 1.15rem; }
h2.ps-title { font-size: 1.1rem; font-weight: 600; margin: 0; padding: 0; line-height: 1.35; }
article.ps-card { scroll-margin-top: 4.5rem; }
article.ps-card:focus-visible { outline: 2px solid var(--ps-accent); outline-offset: 2px; }
.ps-small { padding: .7rem 1rem; font-size: .95rem; }
.ps-small .ps-title { font-size: 1rem; }
.ps-fold summary { cursor: pointer; font-size: .85rem; color: color-mix(in srgb, currentColor 68%, transparent); }
.ps-answer { background: color-mix(in srgb, var(--ps-accent) 6%, transparent); }
.ps-answer a { color: inherit; }
"""
