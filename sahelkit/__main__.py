"""``python -m sahelkit``: the command line without a script on the path."""

from sahelkit.cli import main

main()
