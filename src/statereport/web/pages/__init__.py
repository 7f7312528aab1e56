"""Pages for people."""

ROUTES: tuple = ()
