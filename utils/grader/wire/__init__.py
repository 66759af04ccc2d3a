"""Plain data on its way between two processes that do not trust each other."""
