"""The fork server: a program that imports the libraries once and forks a ready kernel per request.

``server`` is the program, ``protocol`` what is said to it, ``namespaces`` and ``seccomp`` the sandbox
that a fork enters by itself. What this package imports is in every kernel, so its face imports
nothing, and of the grader it uses only the exceptions.
"""
