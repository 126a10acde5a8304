"""Sphinx for the book. Outputs come from the stored notebooks; nothing is run."""

from importlib import metadata

project = "sahelkit"
author = "sahelkit contributors"
release = metadata.version("sahelkit")
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "names.md", "readme.md"]
nb_execution_mode = "off"
nb_render_markdown_format = "myst"  # with tables
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
autodoc_typehints = "description"
napoleon_use_rtype = False
html_theme = "sphinx_book_theme"
html_title = "sahelkit"
html_theme_options = {
    "navbar_persistent": [],
    "use_download_button": False,
    "use_fullscreen_button": False,
}
html_context = {"default_mode": "light"}
html_show_search_summary = False
html_copy_source = False
html_show_sourcelink = False
# Links out of the book's folder are to files of the repository, and stay as they are.
suppress_warnings = ["myst.xref_missing", "myst.header", "mystnb.unknown_mime_type"]
