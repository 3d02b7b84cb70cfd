"""Shows what the doctor finds on this machine."""

import json
import subprocess
import sys

import streamlit as st

from app.ui import render
from app.ui.language import _
from app.ui.workspace import Workspace

KEY = "findings"
"""Key of the session under which the last findings stay."""
LONGEST_CHECK_S = 300


def show_checks(workspace: Workspace) -> None:
    """Offer to check the machine, and show what was found."""
    render.show_section(_("Health"))
    if st.button(_("Check this machine and the collection")):
        with st.spinner(_("Checking")):
            st.session_state[KEY] = _examine(workspace)
    findings = st.session_state.get(KEY)
    if findings is None:
        return
    status_words = {"ok": _("in order"), "note": _("worth knowing"), "broken": _("broken")}
    st.dataframe(
        [
            {
                _("What"): finding["subject"],
                _("Status"): status_words[finding["status"]],
                _("Finding"): finding["message"],
                _("What to do"): finding["advice"],
            }
            for finding in findings
        ],
        hide_index=True,
    )


def _examine(workspace: Workspace) -> list[dict[str, str]]:
    """Run the doctor in a process of its own: it loads the encoder a second time."""
    # -P: a file app.py in the working directory must not be taken for our package.
    command = [sys.executable, "-P", "-m", "app.cli", "doctor", "--json", "--collection", str(workspace.path)]
    try:
        answer = subprocess.run(  # noqa: S603  our own command line
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=LONGEST_CHECK_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        render.show_error(
            _("The check did not end in time. Run it in a terminal: {command}", command="polyseek doctor")
        )
        return []
    return [json.loads(line) for line in answer.stdout.splitlines()]
