"""Answers for programs."""

ROUTES: tuple = ()
