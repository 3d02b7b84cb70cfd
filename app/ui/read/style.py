"""How the Read page looks."""

CSS = """
.stMainBlockContainer { max-width: 84rem; }
.ps-sheet {
  white-space: pre-wrap; overflow: auto; max-height: 75vh; overflow-wrap: anywhere; line-height: 1.65;
  text-align: start; padding: 1rem 1.2rem; border-radius: .75rem;
  border: 1px solid color-mix(in srgb, currentColor 16%, transparent);
}
.ps-sheet mark, .ps-text mark {
  color: inherit; background: rgba(255, 196, 0, .38); border-radius: .2rem; padding: .08em 0;
  box-decoration-break: clone; -webkit-box-decoration-break: clone;
}
.ps-passage { background: color-mix(in srgb, var(--ps-accent) 10%, transparent); }
.ps-heading { font-size: 1.1em; }
.st-key-page-image { overflow: auto; max-height: 85vh; }
.st-key-page-image img {
  max-width: none; border: 1px solid color-mix(in srgb, currentColor 16%, transparent); background: white;
}
"""
