"""The Quality page: how well questions find their documents."""

from app.ui.workspace import Workspace


def show_quality_page(workspace: Workspace) -> None:
    """See how well questions find their documents."""
