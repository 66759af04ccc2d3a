"""Running a notebook so that its grade can be trusted: answers in one process, tests in another."""
