"""The doors: command line and browser UI, settings and wiring."""
