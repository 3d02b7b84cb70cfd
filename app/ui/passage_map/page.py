"""The Map page: the passages as points on a plane."""

from app.ui.workspace import Workspace


def show_map_page(workspace: Workspace) -> None:
    """See the passages as points on a plane."""
