"""Learners' kernels: starting one, talking to it, forking it from a warm parent."""
