"""How the Map page looks."""

from app.ui.ask.style import CSS as CARDS

# Two pictures need more room than text.
CSS = f"""{CARDS}
.stMainBlockContainer {{ max-width: 76rem; }}
ul.ps-legend {{ padding: 0 !important; display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 0; list-style: none; }}
.ps-legend li {{ font-size: .85rem; margin: 0; padding: 0; white-space: nowrap; }}
.ps-legend li.ps-faded {{ color: color-mix(in srgb, currentColor 68%, transparent); }}
.ps-dot {{
  display: inline-block; width: .7em; height: .7em; border-radius: 50%; margin-inline-end: .4em;
}}
.ps-near {{ display: flex; gap: .6rem; align-items: baseline; font-size: .95rem; }}
.ps-near bdi {{ overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }}
[class*="st-key-near-"] {{ flex-wrap: nowrap; }}
[class*="st-key-near-"] > :has(.ps-near) {{ flex: 1 1 0; min-width: 0; }}
.st-key-plain canvas, .st-key-plain svg, .st-key-neutral canvas, .st-key-neutral svg {{
  border: 1px solid color-mix(in srgb, currentColor 16%, transparent); border-radius: .75rem;
}}
"""
