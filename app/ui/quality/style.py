"""How the Quality page looks."""

# The heat map is wider than a telephone: it is moved inside its box.
CSS = """
.stMainBlockContainer { max-width: 72rem; }
.st-key-heat { overflow-x: auto; }
.st-key-heat > * { min-width: 44rem; }
"""
