"""The course's machinery: workspaces, variants, checks, grading and the ``course`` command."""

from coursekit import switches as switches  # applies the switches before any library is imported
