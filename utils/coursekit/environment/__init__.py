"""The machine underneath: what the course needs of it, sets on it, and says about it.

``switches`` keeps libraries offline, quiet and repeatable; ``known`` is the environment that every
child process starts from, ``registry`` what of the owner's settings set-up goes by; ``kernel`` is what
a kernel does first; ``install`` does what installing the packages does not do; ``offline`` cuts the
network; ``ports`` finds a free one; ``mlflow_store`` holds empty stores; ``npm_packages`` fetches what
comes from npm, ``browser_runtime`` is ONNX Runtime for web pages; ``tools`` knows the environments of
tools that cannot share the lock; ``tiles`` are those of JupyterLab's launcher; ``doctor`` looks whether
all is in order. ``switches`` is imported by every Python process of the environment, at its start, so
this face imports nothing.
"""
